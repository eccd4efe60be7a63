"""The runner: hands ready steps to an executor until the plan is done."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from reportgen.engine.artifact import Artifact, DamagedArtifact
from reportgen.engine.digest import JSON, digest
from reportgen.engine.executors import WorkerDied
from reportgen.engine.plan import Plan
from reportgen.engine.step import Step
from reportgen.engine.store import Store
from reportgen.engine.work import Emit, Job, perform
from reportgen.errors import Interrupted, RunError

_OFTEN = 3
"""How many times the same artifact may turn out damaged in one run."""


class Submits(Protocol):
    """The part of `concurrent.futures.Executor` that the runner uses."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Run ``fn(*args)`` with the executor's own event sink and stop signal."""


@dataclass
class Runner:
    """Runs a plan on a store.

    Attributes:
        plan: the steps.
        store: where artifacts are and go.
        executor: takes ``submit(perform, job)``.
        stop: set from outside to end the run with everything saved.
        emit: told of reused steps; the executor tells of the others.
        since: artifacts that were begun before this moment are made anew.
        provenance: what to record in each new artifact; called once, before the first is made.
        slots: how many steps are submitted at a time; None: all that are ready.
        memory: the bytes that those may need together; one that needs more runs beside none that
            needs any.
        known: artifacts of steps that are done with, by the step's name.
        found: artifacts that a look at the plan has found in the store, by their keys; they are
            taken as they are, whatever `since` is.
    """

    plan: Plan
    store: Store
    executor: Submits
    stop: threading.Event = field(default_factory=threading.Event)
    emit: Emit = lambda _: None
    since: str = ""
    provenance: Callable[[], Mapping[str, JSON]] = dict
    slots: int | None = None
    memory: int | None = None
    known: Mapping[str, Artifact] = field(default_factory=dict)
    found: Mapping[str, Artifact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._artifacts = dict(self.known)
        self._found = dict(self.found)
        self._running: dict[Future[str], Step] = {}
        self._damages: Counter[str] = Counter()
        self._missing: set[str] = set()  # in the store, of those that wait for room
        self._urgency = _urgency(self.plan, self.memory)

    def run(self) -> dict[str, Artifact]:
        """Run what is needed; returns each step's artifact by its name.

        Raises:
            Interrupted: `stop` was set; what was running has saved its state.
            ReportgenError: a step failed; what ran beside it has saved its state.
        """
        failures: list[Exception] = []
        try:
            while True:
                if not failures:
                    self._submit_ready()
                if not self._running:
                    break
                done, _ = wait(self._running, return_when=FIRST_COMPLETED)
                failures += [error for future in done if (error := self._finish(future))]
                if failures:
                    self.stop.set()
        except BaseException:
            self.stop.set()
            raise
        if failures:
            # Those that only stopped for it come second.
            raise min(failures, key=lambda error: isinstance(error, Interrupted))
        if len(self._artifacts) < len(self.plan.steps):
            raise Interrupted("stopped: what was done is kept, the same command goes on from here")
        return {step.name: self._artifacts[step.name] for step in self.plan.steps}

    def _submit_ready(self) -> None:
        """Take what the store has, then submit what is ready and has room, most urgent first."""
        started = {step.name for step in self._running.values()}
        waiting = [
            step
            for step in self.plan.steps
            if step.name not in self._artifacts and step.name not in started
        ]
        ready = [step for step in waiting if self._has_inputs(step) and not self._take(step)]
        for step in sorted(ready, key=lambda step: -self._urgency[step.name]):
            if self.stop.is_set():
                return
            if not self._has_room(step):
                continue
            future = self.executor.submit(perform, self._job(step))
            self._running[future] = step
            if future.done():  # in this process: look at how it ended before the next
                return

    def _has_room(self, step: Step) -> bool:
        """Whether the executor takes one more, and its memory fits beside that of the others."""
        if self.slots is not None and len(self._running) >= self.slots:
            return False
        others = sum(one.memory for one in self._running.values())
        if self.memory is None or not step.memory or not others:
            return True
        return others + step.memory <= self.memory

    def _has_inputs(self, step: Step) -> bool:
        return all(name in self._artifacts for name in step.inputs.values())

    def _take(self, step: Step) -> bool:
        """Take the step's artifact from the store, if it is there."""
        if step.name in self._missing:
            return False
        ingredients = step.ingredients(self._digests(step))
        key = digest(ingredients)
        # Only once: what is set aside later would still be found.
        artifact = self._found.pop(key, None) or self.store.find(key, self.since)
        if artifact is None:
            self._missing.add(step.name)
            return False
        self._artifacts[step.name] = artifact
        self.store.remember(step.name, ingredients)
        self.emit({"step": step.name, "event": "reused"})
        return True

    def _digests(self, step: Step) -> dict[str, str]:
        return {name: self._artifacts[name].digest for name in step.inputs.values()}

    def _job(self, step: Step) -> Job:
        return Job(
            step,
            self._digests(step),
            {name: self._artifacts[name].manifest.key for name in step.inputs.values()},
            self.store.root,
            self.since,
            self._provenance,
        )

    @cached_property
    def _provenance(self) -> Mapping[str, JSON]:
        return self.provenance()

    def _finish(self, future: Future[str]) -> Exception | None:
        step = self._running.pop(future)
        try:
            artifact = Artifact.at(self.store.folder(future.result()))
            # An input that was forgotten meanwhile may come back with other content.
            if self._has_inputs(step) and step.key(self._digests(step)) == artifact.manifest.key:
                self._artifacts[step.name] = artifact
        except DamagedArtifact as damage:
            return self._forget(damage)
        except WorkerDied as death:
            if self.stop.is_set():
                return Interrupted(f"stopped before {step.name} could save its state")
            return RunError(
                f"the worker that ran {step.name!r} was killed ({death}), perhaps for want of "
                "memory",
                hint="use a smaller batch (--set SECTION.batch_size=…) or --set run.workers=1",
            )
        except Exception as error:
            return error
        return None

    def _forget(self, damage: DamagedArtifact) -> Exception | None:
        """What turned out damaged when it was read is set aside, so that it is made again."""
        self.store.set_aside(damage)
        self._missing.clear()
        key = damage.folder.name
        self._damages[key] += 1
        if self._damages[key] >= _OFTEN:
            return RunError(
                f"{damage.message}, again after it was made anew",
                hint="check the disk: it loses what it is given",
            )
        for name in [n for n, known in self._artifacts.items() if known.manifest.key == key]:
            for forgotten in [name, *self.plan.dependents(name)]:
                self._artifacts.pop(forgotten, None)
        return None


def _urgency(plan: Plan, memory: int | None) -> dict[str, float]:
    """For each step, the estimated seconds of the longest chain that starts with it.

    Steps that don't fit beside it in ``memory`` make a chain with it, too.
    """
    urgency = {
        step.name: step.seconds + sum(other.seconds for other in _rivals(plan, step, memory))
        for step in plan.steps
    }
    for step in reversed(plan.steps):
        for name in step.inputs.values():
            urgency[name] = max(urgency[name], plan[name].seconds + urgency[step.name])
    return urgency


def _rivals(plan: Plan, step: Step, memory: int | None) -> Iterator[Step]:
    """The other steps that can't run while this one does."""
    if memory is None or not step.memory:
        return
    for other in plan.steps:
        if other.memory and other is not step and step.memory + other.memory > memory:
            yield other
