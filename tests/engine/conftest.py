"""A small project of cheap steps, copied for each test and edited there."""

from __future__ import annotations

import importlib
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.artifact import Artifact
from reportgen.engine.executors import InlineExecutor
from reportgen.engine.journal import Journal
from reportgen.engine.plan import Plan, Status, examine
from reportgen.engine.runner import Runner
from reportgen.engine.sources import Sources
from reportgen.engine.step import Step
from reportgen.engine.store import Store

TOY = Path(__file__).parent / "toy"
NETWORKS = ("small", "large")

# The steps that belong to each network, and all there are.
SMALL = {"small.training", "small.scores", "small.figure", "results"}
LARGE = {"large.training", "large.scores", "large.figure", "results"}
ALL = {"data", *SMALL, *LARGE}


@dataclass
class Toy:
    """The project, its settings and its store."""

    root: Path
    numbers: list[int] = field(default_factory=lambda: [3, 1, 4])
    epochs: int = 3
    scale: int = 1
    gate: Path | None = None
    extra: list[Step] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0

    @property
    def store(self) -> Store:
        return Store(self.root / ".reportgen", lambda damage: self.events.append({"was": damage}))

    @property
    def sources(self) -> Sources:
        return Sources(
            whole={"toylib": self.root / "toylib"}, fine={"toystudy": self.root / "toystudy"}
        )

    def plan(self) -> Plan:
        code = self.sources
        steps = [
            self.step(
                "data",
                "toylib.steps:load",
                parameters={"numbers": self.numbers},
                circumstances={"source": str(self.root)},
                code=code,
            )
        ]
        for name in NETWORKS:
            network = f"toystudy.networks:{name.title()}"
            gate = {"gate": str(self.gate)} if self.gate else {}
            steps += [
                self.step(
                    f"{name}.training",
                    "toylib.steps:train",
                    parameters={"network": network, "epochs": self.epochs},
                    inputs={"data": "data"},
                    circumstances=gate,
                    code=code,
                    also=[network],
                    seconds=10.0,
                ),
                self.step(
                    f"{name}.scores",
                    "toylib.steps:score",
                    parameters={"scale": self.scale},
                    inputs={"training": f"{name}.training", "data": "data"},
                    code=code,
                ),
                self.step(
                    f"{name}.figure",
                    "toylib.drawing:draw",
                    inputs={"scores": f"{name}.scores"},
                    code=code,
                ),
            ]
        steps.append(
            self.step(
                "results",
                "toylib.steps:collect",
                inputs={name: f"{name}.scores" for name in NETWORKS},
                code=code,
            )
        )
        return Plan.of([*steps, *self.extra])

    def step(
        self,
        name: str,
        function: str,
        *,
        code: Sources | None = None,
        also: list[str] | None = None,
        **given: Any,
    ) -> Step:
        reach = (code or self.sources).reach(function, *(also or []))
        return Step(name, function, code=reach, declared="toy.py:1", **given)

    def runner(
        self, executor: Any = None, *, stop: threading.Event | None = None, **given: Any
    ) -> Runner:
        stop = stop or threading.Event()
        inline = InlineExecutor(lambda event: self.events.append(dict(event)), stop)
        return Runner(self.plan(), self.store, executor or inline, stop, **given)

    def build(self, executor: Any = None, **given: Any) -> Any:
        """Run the plan as a command does, after a look at it; returns results and figures."""
        if not given.get("since"):
            given.setdefault("found", self.found())
        artifacts = self.runner(executor, **given).run()
        figures = [artifacts[f"{name}.figure"].path("figure.svg") for name in NETWORKS]
        return [artifacts["results"].json(), *(figure.read_text() for figure in figures)]

    def clean_build(self, elsewhere: Path) -> Any:
        """What a build with an empty store gives."""
        shutil.rmtree(elsewhere, ignore_errors=True)
        return replace(self, root=self.copy_to(elsewhere), events=[], gate=None).build()

    def copy_to(self, elsewhere: Path, *, store: bool = False) -> Path:
        ignored = shutil.ignore_patterns("__pycache__", "" if store else ".reportgen")
        return Path(shutil.copytree(self.root, elsewhere, ignore=ignored))

    def found(self) -> dict[str, Artifact]:
        """What is stored, by its key."""
        statuses = examine(self.plan(), self.store)
        return {str(one.key): one.artifact for one in statuses if one.artifact}

    def examine(self) -> dict[str, Status]:
        return {status.step.name: status for status in examine(self.plan(), self.store)}

    def states(self) -> dict[str, str]:
        return {name: str(status.state) for name, status in self.examine().items()}

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a source file, and forget what was imported of it."""
        path = self.root / file
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
        forget()

    def journal(self) -> list[dict[str, Any]]:
        return Journal(self.root / ".reportgen" / "journal.jsonl").events()

    def trace(self) -> set[str]:
        """The steps that were computed since this was last asked."""
        events = self.journal()
        fresh, self.seen = events[self.seen :], len(events)
        return {event["step"] for event in fresh if event["event"] == "finished"}


def forget() -> None:
    """Forget the toy's modules, so that the next use reads their files."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("toylib", "toystudy")]:
        del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Toy]]:
    """Lays the project anew each time it is called."""
    root = tmp_path / "project"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(root)

    def lay() -> Toy:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("__pycache__"))
        forget()
        return Toy(root)

    yield lay
    forget()


@pytest.fixture
def toy(laid: Callable[[], Toy]) -> Toy:
    return laid()


@pytest.fixture
def built(toy: Toy) -> Toy:
    assert toy.build()[0].keys() == {"small", "large"}
    assert toy.trace() == ALL
    return toy
