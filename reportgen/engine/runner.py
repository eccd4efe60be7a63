"""The runner: hands ready steps to an executor until the plan is done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Protocol

from reportgen.engine.artifact import Artifact, DamagedArtifact
from reportgen.engine.digest import JSON
from reportgen.engine.plan import Plan
from reportgen.engine.step import Step
from reportgen.engine.store import Store
from reportgen.engine.work import Event, Job, perform
from reportgen.errors import Interrupted, RunError


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
        fresh: make every step anew, whatever the store has.
        provenance: recorded in each new artifact.
    """

    plan: Plan
    store: Store
    executor: Submits
    stop: threading.Event = field(default_factory=threading.Event)
    emit: Callable[[Event], None] = lambda _: None
    fresh: bool = False
    provenance: Mapping[str, JSON] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._running: dict[Future[tuple[str, str]], Step] = {}
        self._remade: set[str] = set()
        self._urgency = _urgency(self.plan)

    def run(self) -> dict[str, Artifact]:
        """Run what is needed; returns each step's artifact by its name.

        Raises:
            Interrupted: `stop` was set; what was running has saved its state.
            ReportgenError: a step failed; what ran beside it has saved its state.
        """
        failure: Exception | None = None
        while True:
            if failure is None and not self.stop.is_set():
                self._submit_ready()
            if not self._running:
                break
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                failure = self._finish(future) or failure
            if failure is not None:
                self.stop.set()
        if failure is not None:
            raise failure
        if len(self._digests) < len(self.plan.steps):
            raise Interrupted("stopped: what was done is kept, the same command goes on from here")
        return {name: Artifact.at(self.store.folder(key)) for name, key in self._keys.items()}

    def _submit_ready(self) -> None:
        """Take what the store has, then submit every ready step, the most urgent first."""
        started = {step.name for step in self._running.values()}
        progressed = True
        while progressed:
            progressed = False
            ready = [
                step
                for step in self.plan.steps
                if step.name not in self._digests
                and step.name not in started
                and all(name in self._digests for name in step.inputs.values())
            ]
            for step in sorted(ready, key=lambda step: -self._urgency[step.name]):
                if self.stop.is_set():
                    return
                if self._take_stored(step):
                    progressed = True
                    continue
                started.add(step.name)
                future = self.executor.submit(perform, self._job(step))
                self._running[future] = step
                if future.done():  # an inline executor: look for what became ready
                    return

    def _take_stored(self, step: Step) -> bool:
        if self.fresh:
            return False
        key = step.key(self._digests)
        artifact = self.store.find(key)
        if artifact is None:
            return False
        self._keys[step.name], self._digests[step.name] = key, artifact.manifest.digest
        self.store.remember(step.name, step.ingredients(self._digests))
        self.emit({"step": step.name, "event": "reused"})
        return True

    def _job(self, step: Step) -> Job:
        names = set(step.inputs.values())
        return Job(
            step,
            {name: self._digests[name] for name in names},
            {name: self._keys[name] for name in names},
            self.store.root,
            self.fresh,
            self.provenance,
        )

    def _finish(self, future: Future[tuple[str, str]]) -> Exception | None:
        step = self._running.pop(future)
        try:
            self._keys[step.name], self._digests[step.name] = future.result()
        except DamagedArtifact as damage:
            return self._forget(damage)
        except BrokenProcessPool:
            if self.stop.is_set():
                return Interrupted("stopped before a step could save its state")
            return RunError(
                f"the worker that ran {step.name!r} was killed, perhaps for want of memory",
                hint="use a smaller batch (--set SECTION.batch_size=…) or --set run.workers=1",
            )
        except Exception as error:
            return error
        return None

    def _forget(self, damage: DamagedArtifact) -> Exception | None:
        """An input turned out damaged when it was read: set it aside, so that it is made again."""
        self.store.set_aside(damage)
        key = damage.folder.name
        if key in self._remade:
            return RunError(
                f"{damage} again after it was made anew",
                hint="check the disk: it loses what it is given",
            )
        self._remade.add(key)
        for name in [name for name, known in self._keys.items() if known == key]:
            for forgotten in [name, *self.plan.dependents(name)]:
                self._keys.pop(forgotten, None)
                self._digests.pop(forgotten, None)
        return None


def _urgency(plan: Plan) -> dict[str, float]:
    """For each step, the estimated seconds of the longest chain that starts with it."""
    urgency = {step.name: step.seconds for step in plan.steps}
    for step in reversed(plan.steps):
        for name in step.inputs.values():
            urgency[name] = max(urgency[name], plan[name].seconds + urgency[step.name])
    return urgency
