"""Which step is begun when: its urgency, the slots, the memory and the space that it needs."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any

import pytest

from reportgen.engine.executors import InlineExecutor
from reportgen.engine.step import Step
from reportgen.errors import DiskFullError


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
