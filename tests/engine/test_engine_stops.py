"""How a run ends before its end, by a failure or a stop, and goes on from there."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.executors import InlineExecutor, WorkerDied
from reportgen.engine.step import Step
from reportgen.engine.store import Store
from reportgen.errors import Interrupted, RunError
from tests.engine.conftest import ALL


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


@pytest.mark.parametrize("anew", [False, True])
def test_what_a_build_is_making_is_running_not_interrupted(toy: Any, anew: bool) -> None:
    """With that build's own progress, where one of the other kind left a note before."""
    moment = toy.store.begin_anew({})
    before, now = ("", moment) if anew else (moment, "")
    stop = threading.Event()
    with pytest.raises(Interrupted):
        toy.build(InlineExecutor(lambda event: "epoch" in event and stop.set(), stop), since=before)
    seen = []

    def see(event: Any) -> None:
        if event["event"] == "epoch":
            seen.extend((event, one) for one in toy.examine().values() if one.progress)

    toy.build(InlineExecutor(see, threading.Event()), since=now)
    assert {event["epoch"] for event, _ in seen} >= {1, 2}
    for event, status in seen:
        assert (status.step.name, status.state) == (event["step"], "running")
        assert status.progress == {"epoch": event["epoch"]}
    assert "interrupted" not in toy.states().values()


def test_a_step_that_ends_between_two_looks_is_cached(
    toy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    def at_work(_: Store, key: str) -> bool:
        if not ended:
            ended.append(key)
            toy.build()
        return False

    monkeypatch.setattr(Store, "at_work", at_work)
    assert set(toy.states().values()) == {"cached"}


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
