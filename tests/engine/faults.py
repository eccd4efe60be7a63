"""Kills a writer at each of its changes of files, and looks whether what it left can be lived with.

Run by `test_engine_crashes.py`, in a process into which ``faults.c`` is preloaded. Each point is
a process of its own: forked, killed, and followed by another one that recovers.

    python faults.py FOLDER SCENARIO COUNT SEED

tries COUNT points of SCENARIO chosen by SEED (0: all) and prints what it did as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from conftest import TOY, Toy

from reportgen.engine.digest import digest, unsealed
from reportgen.engine.store import Store
from reportgen.files import write_atomically

PARTS = 8
"""A write is cut after each eighth of its bytes."""
INGREDIENTS = {"step": "a"}
KEY = digest(INGREDIENTS)
PROVENANCE = {"started": "2026-01-01T00:00:00+00:00", "seconds": 0.5, "circumstances": {}}
OLD, NEW = "old " * 3000, "new " * 5000


@dataclass
class Scenario:
    """A writer.

    Attributes:
        prepare: makes the state before.
        act: what is killed.
        check: after a kill: raises unless everything is there or can be had again.
    """

    prepare: Callable[[Path], None]
    act: Callable[[Path], None]
    check: Callable[[Path], None]


def is_one_of(found: Any, *allowed: Any) -> None:
    assert found in allowed, f"{found!r:.300}"


# A text in place of another: results, settings, PDF and zip are written this way.


def write_old(folder: Path) -> None:
    write_atomically(folder / "a.txt", OLD)


def write_new(folder: Path) -> None:
    write_atomically(folder / "a.txt", NEW)
    write_atomically(folder / "sub" / "b.txt", NEW)


def check_texts(folder: Path) -> None:
    is_one_of((folder / "a.txt").read_text(), OLD, NEW)
    visible = [path for path in folder.rglob("[!.]*") if path.is_file()]
    for path in visible:
        is_one_of(path.read_text(), OLD, NEW)
    write_new(folder)
    is_one_of((folder / "a.txt").read_text(), NEW)


# An artifact, where there is none or an older one.


def commit(folder: Path, text: str) -> None:
    store = Store(folder)
    contents = {"value.json": text, "a.npy": np.arange(3000), "b.svg": text}
    with store.lock(KEY), store.workspace(KEY) as workspace:
        store.commit(workspace, INGREDIENTS, KEY, contents, PROVENANCE)


def check_artifact(folder: Path, before: set[str]) -> None:
    damaged: list[Any] = []
    store = Store(folder, damaged.append)
    store.sweep()
    artifact = store.find(KEY)
    is_one_of(artifact and artifact.json(), *(before or {None}), NEW)
    if artifact:
        artifact.verify()
    commit(folder, NEW)
    artifact = store.find(KEY)
    assert artifact is not None
    assert artifact.json() == NEW
    assert [path.name for path in store.folder(KEY).parent.iterdir()] == [KEY]
    assert not damaged


# A build with steps that save their state, from nothing and anew over an older one.


def lay(folder: Path) -> Toy:
    if not (folder / "toylib").exists():
        shutil.copytree(TOY, folder, dirs_exist_ok=True)
    sys.path[0] = str(folder)
    return Toy(folder, epochs=4)


def anew(folder: Path) -> None:
    toy = lay(folder)
    since = toy.store.begin_anew({})
    toy.build(since=since)
    toy.store.end_anew()


def check_build(folder: Path) -> None:
    toy = lay(folder)
    epochs = {name: checkpoint_of(toy, name) for name in ("small", "large")}
    toy.store.sweep()
    assert toy.build() == toy.clean_build(folder.parent / "clean")
    assert not [event for event in toy.events if "was" in event], "nothing was damaged"
    resumed = {event["step"]: event["epoch"] for event in reversed(toy.events) if "epoch" in event}
    for name, epoch in epochs.items():
        first = resumed.get(f"{name}.training")
        assert first is None or epoch is None or first == epoch + 1, "an epoch was lost"
    left = list((folder / ".reportgen" / "store").glob("??/.*"))
    assert not left, left
    assert set(toy.states().values()) == {"cached"}


def checkpoint_of(toy: Toy, name: str) -> int | None:
    """The epoch that was saved: a kill may lose no more than what came after it."""
    for file in (toy.root / ".reportgen" / "partial").glob("*/checkpoint.json"):
        state = unsealed(file.read_text())
        status = toy.examine().get(f"{name}.training")
        if status and status.key and file.parent.name == status.key:
            return int(state["epoch"])
    return None


# The checkpoints of a training.


def save(folder: Path, *numbers: int) -> None:
    import torch

    from reportgen.learning.checkpoint import Checkpoints

    for number in numbers:
        state = {"epoch": number, "weights": torch.full((2000,), float(number))}
        Checkpoints(folder, KEY, lambda *_: None).save(state)


def check_checkpoints(folder: Path) -> None:
    from reportgen.learning.checkpoint import Checkpoints

    refused: list[Any] = []
    checkpoints = Checkpoints(folder, KEY, lambda *why: refused.append(why))
    state = checkpoints.load()
    assert state is not None
    is_one_of(state["epoch"], 2, 3, 4)
    assert state["weights"].tolist() == [float(state["epoch"])] * 2000
    assert not refused
    save(folder, 5)
    assert (checkpoints.load() or {})["epoch"] == 5
    assert len(list(folder.iterdir())) <= 2


# What a build leaves for people.


def publish(folder: Path, text: str) -> None:
    from reportgen.lab.outcome import Outcome

    names = [f"figures/{name}.svg" for name in ("a", "b")] + ["predictions/c.csv"]
    source = folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "x").write_text(text)
    artifact = SimpleNamespace(files={"x": None}, path=lambda _: source / "x")
    report: Any = SimpleNamespace(exports={name: ["step", "x"] for name in names}, schema={})
    Outcome(report, {"step": artifact}, {"text": text}).publish(folder / "build")  # type: ignore[dict-item]


def check_published(folder: Path) -> None:
    for path in (folder / "build").rglob("[!.]*"):
        if path.is_file() and path.name != "results.schema.json":
            text = path.read_text()
            is_one_of(json.loads(text)["text"] if path.suffix == ".json" else text, OLD, NEW)
    publish(folder, NEW)
    assert json.loads((folder / "build" / "results.json").read_text()) == {"text": NEW}


SCENARIOS = {
    "text": Scenario(write_old, write_new, check_texts),
    "artifact": Scenario(
        lambda _: None, lambda f: commit(f, NEW), lambda f: check_artifact(f, set())
    ),
    "artifact-anew": Scenario(
        lambda f: commit(f, OLD), lambda f: commit(f, NEW), lambda f: check_artifact(f, {OLD})
    ),
    "build": Scenario(lambda _: None, lambda f: void(lay(f).build()), check_build),
    "build-anew": Scenario(lambda f: void(lay(f).build()), anew, check_build),
    "checkpoint": Scenario(lambda f: save(f, 1, 2), lambda f: save(f, 3, 4), check_checkpoints),
    "published": Scenario(lambda f: publish(f, OLD), lambda f: publish(f, NEW), check_published),
}


def void(_: object) -> None:
    return


def in_child(work: Callable[[], None]) -> int:
    """Do ``work`` in a forked process; returns its exit status as `os.waitpid` gives it."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main(folder: Path, name: str, count: int, seed: int) -> None:
    library = ctypes.CDLL(None)
    library.fault_count.restype = ctypes.c_long
    library.fault_kind.restype = ctypes.c_char
    scenario = SCENARIOS[name]
    template, place = folder / "template", folder / "place"
    template.mkdir(parents=True)
    if name.startswith("build"):
        lay(template)
    else:
        scenario.prepare(folder / "warm")  # imports what it needs: every child starts ready
        scenario.check(folder / "warm") if name != "artifact" else None
    scenario.prepare(template)

    def fresh() -> None:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)

    def counted() -> None:
        library.fault_arm(ctypes.c_long(0), 0, 1)
        scenario.act(place)
        kinds = b"".join(library.fault_kind(ctypes.c_long(n)) for n in range(library.fault_count()))
        (folder / "kinds").write_bytes(kinds)

    fresh()
    assert in_child(counted) == 0, "the scenario must work when it isn't killed"
    points = []
    for number, kind in enumerate((folder / "kinds").read_text(), start=1):
        parts = range(PARTS + 1) if kind == "w" else (0, PARTS)
        points += [(number, kind, part) for part in parts]
    chosen = random.Random(seed).sample(points, min(count, len(points))) if count else points
    tally: Counter[str] = Counter()
    for number, kind, part in chosen:
        fresh()

        def act(number: int = number, part: int = part) -> None:
            library.fault_arm(ctypes.c_long(number), part, PARTS)
            scenario.act(place)

        status = in_child(act)
        # A build's own lines may come in another number: then it ended before the point.
        tally[f"{kind} killed" if status == 9 else f"{kind} ended ({status})"] += 1
        if in_child(lambda: scenario.check(place)) != 0:
            raise SystemExit(f"{name}: not survived: change {number} ({kind}), {part} of {PARTS}")
    print(json.dumps({"scenario": name, "points": len(points), "tried": len(chosen), **tally}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
