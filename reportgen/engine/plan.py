"""The plan: every step in order, and what each one's state is, with the reason as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from reportgen.engine.artifact import Artifact
from reportgen.engine.digest import JSON, flatten
from reportgen.engine.journal import Journal
from reportgen.engine.step import Step
from reportgen.engine.store import Store


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which each comes after its inputs."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Plan:
        """Sort ``steps``.

        Raises:
            ValueError: two steps share a name, an input is no step, or they go in a circle.
        """
        by_name: dict[str, Step] = {}
        for step in steps:
            if by_name.setdefault(step.name, step) != step:
                raise ValueError(f"two different steps are called {step.name!r} ({step.declared})")
        for step in by_name.values():
            for argument, name in step.inputs.items():
                if name not in by_name:
                    raise ValueError(f"{step.name}: input {argument!r} is no step: {name!r}")
        graph = {step.name: list(step.inputs.values()) for step in by_name.values()}
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise ValueError(f"these steps wait for each other: {error.args[1]}") from error
        return cls(tuple(by_name[name] for name in order))

    def __getitem__(self, name: str) -> Step:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    def dependents(self, name: str) -> list[str]:
        """The steps that need ``name``, directly or not."""
        found = {name}
        for step in self.steps:
            if found.intersection(step.inputs.values()):
                found.add(step.name)
        return sorted(found - {name})

    def as_json(self) -> list[dict[str, Any]]:
        """The steps as mappings; `Plan.from_json` makes the plan again."""
        return [step.as_json() for step in self.steps]

    @classmethod
    def from_json(cls, steps: Sequence[Mapping[str, Any]]) -> Plan:
        """The plan that `as_json` gave."""
        return cls(tuple(Step(**step) for step in steps))


class State(StrEnum):
    """How a step stands now: what it would cost, or that a build is making it."""

    CACHED = "cached"
    STALE = "stale"
    MISSING = "missing"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    PENDING = "pending"


@dataclass(frozen=True)
class Change:
    """One difference between what a step was last made of and what it would be made of now.

    Attributes:
        kind: ``"code"``, ``"parameters"``, ``"inputs"``, ``"function"`` or ``"schema"``.
        what: the piece of source, the parameter or the argument.
        before: its digest or value then; None if it is new.
        after: its digest or value now; None if it is gone.
    """

    kind: str
    what: str
    before: JSON
    after: JSON

    def __str__(self) -> str:
        if self.kind == "code":
            verb = "added" if self.before is None else "gone" if self.after is None else "changed"
            return f"source {self.what} {verb}"
        if self.kind == "inputs":
            return f"input {self.what} has other content"
        return f"{self.what}: {self.before!r} → {self.after!r}"


@dataclass(frozen=True)
class Status:
    """A step's state now.

    Attributes:
        step: the step.
        state: how it stands.
        key: its key, or None while an input doesn't exist yet.
        changes: why it isn't cached, against what it was last made of.
        waits_for: the inputs that don't exist yet.
        progress: how far a running or interrupted step came, as it noted itself
            (``{"epoch": 3}``).
        artifact: a cached step's, found in the store.
    """

    step: Step
    state: State
    key: str | None
    changes: tuple[Change, ...] = ()
    waits_for: tuple[str, ...] = ()
    progress: Mapping[str, JSON] = field(default_factory=dict)
    artifact: Artifact | None = None


def examine(plan: Plan, store: Store) -> list[Status]:
    """The state of each step of ``plan``, in its order; nothing is run."""
    digests: dict[str, str] = {}
    statuses = []
    for step in plan.steps:
        status = _examine_step(step, store, digests)
        if status.artifact is not None:
            digests[step.name] = status.artifact.digest
        statuses.append(status)
    return statuses


def _examine_step(step: Step, store: Store, digests: Mapping[str, str]) -> Status:
    inputs = dict.fromkeys(step.inputs.values())  # one step may give several of them
    waits_for = tuple(name for name in inputs if name not in digests)
    if waits_for:
        return Status(step, State.PENDING, None, changes_of(step, store, digests), waits_for)
    key = step.key(digests)
    artifact = store.find(key)
    running = artifact is None and store.at_work(key)
    if artifact is None and not running:
        artifact = store.find(key)  # a build may have finished it between the two looks
    if artifact is not None:
        return Status(step, State.CACHED, key, artifact=artifact)
    changes = changes_of(step, store, digests)
    if running:
        return Status(step, State.RUNNING, key, changes, progress=_progress_now(store, key))
    progress = store.progress(key)
    if progress is not None:
        return Status(step, State.INTERRUPTED, key, changes, progress=progress)
    return Status(step, State.STALE if changes else State.MISSING, key, changes)


def _progress_now(store: Store, key: str) -> Mapping[str, JSON]:
    """What the build noted that is making ``key``; an older build's note says nothing of it."""
    for event in reversed(Journal(store.root / "journal.jsonl").events()):
        if event["event"] == "started" and event["key"] == key:
            return store.progress(key, event.get("since", "")) or {}
    return {}


def changes_of(step: Step, store: Store, digests: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs between what ``step`` was last made of and what it would be made of now.

    Inputs that don't exist yet are left out of the comparison.
    """
    before = store.remembered(step.name)
    if before is None:
        return ()
    unknown = dict.fromkeys(step.inputs.values(), "")
    after = step.ingredients({**unknown, **digests})
    changes = []
    for kind in ("schema", "function", "code", "parameters", "inputs"):
        old, new = (_leaves(kind, side.get(kind)) for side in (before, after))
        for what in sorted(old.keys() | new.keys()):
            pending = kind == "inputs" and new.get(what) == ""
            if old.get(what) != new.get(what) and not pending:
                changes.append(Change(kind, what, old.get(what), new.get(what)))
    return tuple(changes)


def _leaves(kind: str, value: JSON) -> dict[str, JSON]:
    if kind == "parameters":
        return flatten(value or {})
    return dict(value or {}) if isinstance(value, Mapping) else {kind: value}
