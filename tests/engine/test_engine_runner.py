"""What runs after which change, and what happens when something goes wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.artifact import MANIFEST, Artifact
from reportgen.engine.digest import sealed
from reportgen.engine.executors import InlineExecutor, WorkerDied
from reportgen.engine.step import Step
from reportgen.errors import DiskFullError, Interrupted, RunError
from reportgen.files import write_atomically

SMALL = {"small.training", "small.scores", "small.figure", "results"}
LARGE = {"large.training", "large.scores", "large.figure", "results"}
ALL = {"data", *SMALL, *LARGE}


@pytest.fixture
def built(toy: Any) -> Any:
    assert toy.build()[0].keys() == {"small", "large"}
    assert toy.trace() == ALL
    return toy


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


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ("anything", r"'broken' failed \(toylib.steps:fail, declared in toy.py:1\): ValueError"),
        ("memory", "ran out of memory"),
    ],
)
def test_a_failure_names_its_step(built: Any, how: str, match: str) -> None:
    built.extra = [broken(built, how)]
    with pytest.raises(RunError, match=match):
        built.build()
    failed = [event for event in built.journal() if event["event"] == "failed"]
    assert [event["step"] for event in failed] == ["broken"]
    assert not list((built.root / ".reportgen").rglob(".*"))


def test_a_value_that_is_no_number_is_refused(built: Any) -> None:
    built.extra = [broken(built, "nan")]
    with pytest.raises(ValueError, match="not JSON compliant"):
        built.build()
    assert built.states()["broken"] == "missing"


def broken(toy: Any, how: str) -> Step:
    return toy.step("broken", "toylib.steps:fail", parameters={"how": how}, inputs={"x": "data"})


def test_after_a_failure_nothing_else_is_begun(toy: Any) -> None:
    """The failing step is the most urgent one: of those beside it, none may start."""
    first = toy.step("broken", "toylib.steps:fail", parameters={"how": "x"}, seconds=99.0)
    toy.extra = [first]
    with pytest.raises(RunError, match="broken"):
        toy.build()
    assert toy.trace() == set()


def test_a_failure_is_not_hidden_by_the_stops_that_it_causes(toy: Any) -> None:
    stop = threading.Event()
    runner = toy.runner(Scripted({"data": RunError("first"), "twin": Interrupted("second")}))
    assert not stop.is_set()
    with pytest.raises(RunError, match="first"):
        runner.run()


class Scripted:
    """Gives every step the outcome that a test wants; all end together."""

    def __init__(self, outcomes: dict[str, BaseException]) -> None:
        self.outcomes = outcomes

    def submit(self, fn: Any, /, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(self.outcomes[args[0].step.name])
        return future


def test_a_worker_that_died_is_told_of(toy: Any) -> None:
    runner = toy.runner(Scripted({"data": WorkerDied("exit code -9")}))
    with pytest.raises(RunError, match=r"ran 'data' was killed \(exit code -9\)"):
        runner.run()


def test_a_worker_that_was_killed_in_a_stop_is_an_interruption(toy: Any) -> None:
    stop = threading.Event()

    class Stops(Scripted):
        def submit(self, fn: Any, /, *args: Any) -> Future[Any]:
            stop.set()
            return super().submit(fn, *args)

    runner = toy.runner(Stops({"data": WorkerDied("exit code -9")}), stop=stop)
    with pytest.raises(Interrupted, match="before data could save"):
        runner.run()


def test_a_stop_saves_and_the_next_run_goes_on(toy: Any, tmp_path: Path) -> None:
    expected = toy.clean_build(tmp_path / "elsewhere")
    stop = threading.Event()

    class StopsInEpoch2(InlineExecutor):
        def __init__(self) -> None:
            super().__init__(self.see, stop)

        def see(self, event: Any) -> None:
            if event["event"] == "epoch" and event["epoch"] == 2:
                stop.set()

    with pytest.raises(Interrupted, match="saved in epoch 2"):
        toy.build(StopsInEpoch2(), stop=stop)
    assert toy.journal()[-1]["event"] == "stopped"
    interrupted = [s for s in toy.examine().values() if s.state == "interrupted"]
    assert [dict(status.progress) for status in interrupted] == [{"epoch": 2}]
    assert toy.build() == expected
    (resumed,) = [
        artifact
        for artifact in toy.runner().run().values()
        if artifact.manifest.provenance.get("resumed")
    ]
    assert resumed.manifest.ingredients["step"] == interrupted[0].step.name
    assert not list((toy.root / ".reportgen" / "partial").iterdir())


def test_a_stop_before_the_start_runs_nothing(toy: Any) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted, match="the same command goes on"):
        toy.build(stop=stop)
    assert toy.trace() == set()


def test_an_error_of_the_engine_itself_stops_what_runs(toy: Any) -> None:
    stop = threading.Event()

    class Broken:
        def submit(self, fn: Any, /, *args: Any) -> Future[Any]:
            raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        toy.build(Broken(), stop=stop)
    assert stop.is_set()


def test_fresh_makes_everything_anew(built: Any) -> None:
    expected = built.build()
    since = built.store.begin_anew({"torch": "2"})
    assert built.build(since=since) == expected
    assert built.trace() == ALL
    assert built.build(since=since) == expected
    assert built.trace() == set()


def test_an_interrupted_fresh_build_goes_on_but_from_nothing_older(toy: Any) -> None:
    """Neither artifacts nor checkpoints from before its start count; those since then do."""
    expected = toy.build()
    toy.epochs = 5
    interrupt_in(toy, epoch=2)  # leaves a checkpoint from before the fresh build
    toy.trace()
    since = toy.store.begin_anew({"torch": "2"})
    interrupt_in(toy, epoch=4, since=since)
    assert toy.trace() == {"data"}
    assert toy.store.begin_anew({"torch": "2"}) == since
    assert toy.build(since=since) != expected
    assert toy.trace() == ALL - {"data"}
    artifacts = toy.runner().run()
    assert [artifacts[f"{n}.training"].manifest.provenance["resumed"] for n in ("small", "large")]
    toy.store.end_anew()
    assert toy.store.begin_anew({"torch": "2"}) > since


def test_a_moment_that_is_still_to_come_is_no_beginning(toy: Any) -> None:
    """The clock was set back: nothing could ever be younger than it."""
    write_atomically(
        toy.store.root / "anew.json", sealed({"since": "2999-01-01", "circumstances": {}})
    )
    assert toy.store.begin_anew({}) < "2999"


def test_the_time_of_an_interrupted_step_is_that_of_all_its_parts(toy: Any) -> None:
    toy.epochs = 5
    interrupt_in(toy, epoch=3)
    (noted,) = toy.store.root.glob("partial/*/stopwatch.json")
    first = json.loads(noted.read_text())
    noted.write_text(json.dumps({**first, "seconds": 1000.0}))
    artifacts = toy.runner().run()
    (resumed,) = [
        found.manifest.provenance
        for found in artifacts.values()
        if found.manifest.provenance["seconds"] >= 1000
    ]
    assert resumed["started"] == first["started"]
    assert resumed["seconds"] < 1100


def interrupt_in(toy: Any, epoch: int, **given: Any) -> None:
    stop = threading.Event()

    def see(event: Any) -> None:
        if event["event"] == "epoch" and event["epoch"] == epoch:
            stop.set()

    with pytest.raises(Interrupted):
        toy.build(InlineExecutor(see, stop), stop=stop, **given)


def test_other_versions_begin_a_fresh_build_again(toy: Any) -> None:
    since = toy.store.begin_anew({"torch": "2"})
    assert toy.store.begin_anew({"torch": "3"}) > since


def test_the_most_urgent_step_runs_first(toy: Any) -> None:
    """By the longest chain that waits for it, not by its own length."""
    toy.extra = [
        toy.step("long", "toylib.steps:tell_setup", seconds=20.0),
        toy.step("head", "toylib.steps:tell_setup", seconds=1.0),
        toy.step("tail", "toylib.steps:collect", inputs={"x": "head"}, seconds=25.0),
    ]
    toy.build()
    order = [event["step"] for event in toy.journal() if event["event"] == "started"]
    assert [name for name in order if name in ("long", "head", "tail")] == ["head", "tail", "long"]


def test_provenance(toy: Any) -> None:
    artifacts = toy.runner(provenance={"git_commit": "abc+", "threads": 1}).run()
    found = artifacts["data"].manifest.provenance
    assert found["git_commit"] == "abc+"
    assert found["threads"] == 1
    assert found["circumstances"] == {"source": str(toy.root)}
    assert found["seconds"] >= 0
    assert found["started"].endswith("+00:00")


def test_space_is_asked_for_before_a_step_starts(toy: Any) -> None:
    toy.extra = [toy.step("huge", "toylib.steps:tell_setup", size=2**60)]
    with pytest.raises(DiskFullError, match=r"needs \d+\.\d MB, \d+\.\d MB are free"):
        toy.build()
    assert "huge" not in [event["step"] for event in toy.journal()]


@dataclass
class Crowd:
    """Does one of the submitted jobs whenever the runner waits, so that others lie beside it."""

    inline: InlineExecutor
    waiting: list[tuple[Future[Any], Any, Any]] = field(default_factory=list)
    crowds: list[list[Step]] = field(default_factory=list)

    def submit(self, fn: Any, /, job: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn, job))
        self.crowds.append([job.step for _, _, job in self.waiting])
        return future

    def wait(self, futures: Iterable[Future[Any]], return_when: str) -> Any:
        future, fn, job = self.waiting.pop(0)
        done = self.inline.submit(fn, job)
        if error := done.exception():
            future.set_exception(error)
        else:
            future.set_result(done.result())
        return wait(futures, return_when=return_when)


def _crowds_of(toy: Any, *names: str) -> list[list[str]]:
    """Of a giant and a step that needs none."""
    toy.store.root.rename(toy.root / "elsewhere")
    return _crowds(toy, {name: 1000 * (name == "giant") for name in names}, memory=100)


def _crowds(toy: Any, needs: dict[str, int], **room: Any) -> list[list[str]]:
    """The steps that were at work together, whenever one was submitted."""
    toy.extra = [
        toy.step(name, "toylib.steps:tell_setup", seconds=100.0 - number, memory=memory)
        for number, (name, memory) in enumerate(needs.items())
    ]
    stop = threading.Event()
    crowd = Crowd(InlineExecutor(toy.events.append, stop))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.engine.runner.wait", crowd.wait)
        toy.runner(crowd, stop=stop, **room).run()
    return [[step.name for step in steps if step.name in needs] for steps in crowd.crowds]


def test_no_more_steps_are_submitted_than_there_are_slots(toy: Any) -> None:
    needs = dict.fromkeys(("a", "b", "c", "d"), 0)
    assert max(map(len, _crowds(toy, needs, slots=2))) == 2
    toy.store.root.rename(toy.root / "elsewhere")
    assert max(map(len, _crowds(toy, needs))) == 4


def test_steps_that_need_much_memory_wait_for_each_other_and_a_lighter_one_goes_first(
    toy: Any,
) -> None:
    needs = {"large": 70, "other": 60, "light": 30, "none": 0, "giant": 1000}
    crowds = _crowds(toy, needs, memory=100)
    assert ["large", "light"] in crowds, "the lighter one passes the other"
    for crowd in crowds:
        hungry = [needs[name] for name in crowd if needs[name]]
        assert len(hungry) < 2 or sum(hungry) <= 100
    assert any({"giant", "none"} == set(crowd) for crowd in _crowds_of(toy, "giant", "none"))
    assert {name for crowd in crowds for name in crowd} == set(needs)


@pytest.mark.parametrize(("memory", "first"), [(100, "hungry"), (None, "long")])
def test_steps_that_exclude_each_other_are_begun_first(
    toy: Any, memory: int | None, first: str
) -> None:
    """One after the other they take 30 seconds, the long one 25."""
    needs = {"long": (25.0, 0), "hungry": (10.0, 70), "hungrier": (10.0, 71), "other": (10.0, 72)}
    toy.extra = [
        toy.step(name, "toylib.steps:tell_setup", seconds=seconds, memory=bytes_)
        for name, (seconds, bytes_) in needs.items()
    ]
    toy.build(memory=memory)
    started = [event["step"] for event in toy.events if event.get("event") == "started"]
    assert next(name for name in started if name in needs) == first
