"""What runs after which change, and what happens when something goes wrong."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.artifact import MANIFEST, Artifact
from reportgen.engine.digest import sealed
from reportgen.engine.executors import InlineExecutor
from reportgen.engine.store import Store
from reportgen.errors import RunError
from reportgen.files import write_atomically
from tests.engine.conftest import ALL, LARGE, SMALL


def rebuilt(toy: Any, tmp_path: Path) -> set[str]:
    """The trace of one more build, whose results must be those of a clean one."""
    assert toy.build() == toy.clean_build(tmp_path / "elsewhere")
    return toy.trace()


def test_nothing_to_do(built: Any, tmp_path: Path) -> None:
    assert rebuilt(built, tmp_path) == set()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("toystudy/networks.py", "# Twice as deep.", "# Deep."),
        ("toystudy/networks.py", '"""A small network."""', '"""Small."""'),
        ("toystudy/networks.py", "double(value) + 1", "(\n            double(value) + 1)"),
        ("toystudy/layers.py", "return value", "return 7 * value"),
        ("toylib/arithmetic.py", '"""Keep numbers small."""', '"""Fold."""\n    # as it is'),
        ("toylib/style.py", '"""How figures look."""', ""),
    ],
    ids=["comment", "docstring", "layout", "what nobody uses", "library docstring", "no docstring"],
)
def test_what_changes_no_value_reruns_nothing(
    built: Any, tmp_path: Path, file: str, old: str, new: str
) -> None:
    built.edit(file, old, new)
    assert rebuilt(built, tmp_path) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "rerun"),
    [
        ("toystudy/networks.py", "double(value) + 1", "double(value) + 100_000", SMALL),
        ("toystudy/networks.py", "double(double(value)) + 3", "double(value) + 300_000", LARGE),
        ("toystudy/layers.py", "return 2 * value", "return 3_000 * value", SMALL | LARGE),
        ("toylib/style.py", '"black"', '"red"', {"small.figure", "large.figure"}),
        ("toylib/arithmetic.py", "1_000_003", "900_001", ALL - {"small.figure", "large.figure"}),
    ],
    ids=["one network", "the other", "their layer", "a figure's style", "what all steps share"],
)
def test_a_change_reruns_what_depends_on_it(
    built: Any, tmp_path: Path, file: str, old: str, new: str, rerun: set[str]
) -> None:
    built.edit(file, old, new)
    assert rebuilt(built, tmp_path) == rerun


def test_a_changed_parameter_and_back(built: Any, tmp_path: Path) -> None:
    built.epochs = 5
    assert rebuilt(built, tmp_path) == ALL - {"data"}
    built.epochs = 3
    assert rebuilt(built, tmp_path) == set()


def test_early_cut_off(built: Any, tmp_path: Path) -> None:
    """Other weights, the same scores: nothing behind the scores runs."""
    built.scale = 10**7
    rebuilt(built, tmp_path)
    built.epochs = 4
    assert rebuilt(built, tmp_path) == {
        "small.training",
        "large.training",
        "small.scores",
        "large.scores",
    }


def test_where_the_data_lies_is_in_no_key(built: Any, tmp_path: Path) -> None:
    moved = built.root.rename(tmp_path / "moved")
    built.root = moved
    assert rebuilt(built, tmp_path) == set()


def test_a_copy_with_new_times_is_read_once_and_believed(built: Any, tmp_path: Path) -> None:
    built.root = built.copy_to(tmp_path / "copied", store=True)
    files = sorted((built.root / ".reportgen" / "store").rglob("*.*"))
    for file in files:
        file.touch()
    assert rebuilt(built, tmp_path) == set()
    assert Artifact.at(files[-1].parent).looks_intact()


@pytest.mark.parametrize("name", [MANIFEST, "numbers.npy"])
@pytest.mark.parametrize("how", ["cut", "missing", "flipped", "other"])
def test_a_damaged_input_is_made_again(built: Any, tmp_path: Path, name: str, how: str) -> None:
    expected = built.build()
    folder = built.store.folder(built.examine()["data"].key)
    damage(folder / name, how)
    assert built.build() == expected
    assert built.trace() == {"data"}
    assert "was" in str(built.events)
    assert list((built.root / ".reportgen" / "damaged").iterdir())


def damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "missing":
        file.unlink()
    elif how == "cut":
        file.write_bytes(content[:-1])
    elif how == "flipped":
        file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    else:
        file.write_bytes(b"[]")


def test_damage_that_only_reading_finds_is_mended_during_the_run(
    built: Any, tmp_path: Path
) -> None:
    """The size and the times are right: the step that reads the bytes finds out."""
    file = built.store.folder(built.examine()["small.training"].key) / "weights.bin"
    manifest = file.parent / MANIFEST
    damage(file, "flipped")
    file.touch()
    manifest.touch()
    built.scale = 77
    expected = built.clean_build(tmp_path / "elsewhere")
    assert built.build() == expected
    assert "small.training" in built.trace()


def test_what_was_just_found_is_not_looked_for_again(
    built: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought: list[str] = []
    find = Store.find

    def seek(store: Store, key: str, since: str = "") -> Artifact | None:
        sought.append(key)
        return find(store, key, since)

    monkeypatch.setattr(Store, "find", seek)
    runner = built.runner(found=built.found())
    assert len(sought) == len(ALL)
    assert runner.run().keys() == ALL
    assert len(sought) == len(ALL)


def test_what_was_found_but_is_damaged_is_made_anew(built: Any, tmp_path: Path) -> None:
    """It is set aside when it is read; having found it before counts no longer."""
    before = built.found()
    damage(built.store.folder(built.examine()["small.training"].key) / "weights.bin", "flipped")
    built.scale = 77
    expected = built.clean_build(tmp_path / "elsewhere")
    assert built.build(found=before) == expected
    assert "small.training" in built.trace()


def test_where_nothing_is_made_nothing_is_recorded(built: Any) -> None:
    def asked() -> dict[str, Any]:
        raise AssertionError("of what was not made")

    assert built.runner(provenance=asked).run().keys() == ALL


def test_a_disk_that_loses_everything_ends_the_run(built: Any) -> None:
    built.extra = [
        built.step("reader", "toylib.steps:collect", inputs={"training": "small.training"})
    ]
    runner = built.runner(Liar(built.root))
    with pytest.raises(RunError, match="again after it was made anew"):
        runner.run()


class Liar(InlineExecutor):
    """Damages the training each time that it is about to be read."""

    def __init__(self, root: Path) -> None:
        super().__init__(lambda _: None, threading.Event())
        self.root = root

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        job = args[0]
        if job.step.name == "reader":
            folder = job.store / "store" / job.keys["small.training"][:2]
            damage(folder / job.keys["small.training"] / "value.json", "other")
        return super().submit(fn, *args, **kwargs)


def test_an_input_that_another_build_made_anew_is_not_taken_for_the_old_one(
    built: Any, tmp_path: Path
) -> None:
    """Between the planning of a step and its run, its input gets other content."""
    built.scale = 77
    expected = built.clean_build(tmp_path / "elsewhere")

    class Replaces(InlineExecutor):
        done = False

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            job = args[0]
            if job.step.name == "small.scores" and not self.done:
                self.done = True
                store, key = built.store, job.keys["small.training"]
                old = Artifact.at(store.folder(key))
                with store.lock(key), store.workspace(key) as folder:
                    (folder / "weights.bin").write_bytes(b"7" * 1400)
                    made = old.manifest
                    store.commit(folder, made.ingredients, key, {"value.json": 7}, made.provenance)
            return super().submit(fn, *args, **kwargs)

    result = built.build(Replaces(lambda _: None, threading.Event()))
    assert result[0]["small"] == [1400 // 77, 3, 0]
    assert result[0]["large"] == expected[0]["large"]


def test_fresh_makes_everything_anew(built: Any) -> None:
    expected = built.build()
    since = built.store.begin_anew({"torch": "2"})
    assert built.build(since=since) == expected
    assert built.trace() == ALL
    assert built.build(since=since) == expected
    assert built.trace() == set()


def test_a_moment_that_is_still_to_come_is_no_beginning(toy: Any) -> None:
    """The clock was set back: nothing could ever be younger than it."""
    write_atomically(
        toy.store.root / "anew.json", sealed({"since": "2999-01-01", "circumstances": {}})
    )
    assert toy.store.begin_anew({}) < "2999"


def test_other_versions_begin_a_fresh_build_again(toy: Any) -> None:
    since = toy.store.begin_anew({"torch": "2"})
    assert toy.store.begin_anew({"torch": "3"}) > since


def test_provenance(toy: Any) -> None:
    asked = []

    def provenance() -> dict[str, Any]:
        asked.append(1)
        return {"git_commit": "abc+", "threads": 1}

    artifacts = toy.runner(provenance=provenance).run()
    assert len(asked) == 1
    found = artifacts["data"].manifest.provenance
    assert found["git_commit"] == "abc+"
    assert found["threads"] == 1
    assert found["circumstances"] == {"source": str(toy.root)}
    assert found["seconds"] >= 0
    assert found["started"].endswith("+00:00")
