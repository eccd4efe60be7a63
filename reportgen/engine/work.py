"""One step's work: from its key and inputs to a committed artifact, in whichever process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reportgen.engine.artifact import Artifact, DamagedArtifact
from reportgen.engine.contents import Contents
from reportgen.engine.digest import JSON
from reportgen.engine.journal import Journal
from reportgen.engine.step import Step
from reportgen.engine.store import PROGRESS, Store
from reportgen.errors import Interrupted, ReportgenError, RunError
from reportgen.files import write_atomically
from reportgen.references import resolve

Event = Mapping[str, JSON]
"""What a step reports: ``{"step": …, "event": …}`` and what goes with the event."""


@dataclass(frozen=True)
class Job:
    """A step that is ready to run; plain data, so that it can cross to another process.

    Attributes:
        step: what to do.
        digests: the content digest of each input step, by step name.
        keys: the key of each input step, by step name.
        store: the store's root.
        fresh: make the artifact even if there is one.
        provenance: what the project knows of this run (git commit, versions).
    """

    step: Step
    digests: Mapping[str, str]
    keys: Mapping[str, str]
    store: Path
    fresh: bool = False
    provenance: Mapping[str, JSON] = field(default_factory=dict)


@dataclass
class Workspace:
    """What a running step may use beside its arguments.

    Attributes:
        key: the step's key, for a checkpoint to be recognised by.
        folder: files written here belong to the artifact.
        partial: survives an interruption: checkpoints live here.
        report: tells whoever watches how far the step is.
        stopped: whether the step was asked to save its state and raise `Interrupted`.
        provenance: what the step adds to its artifact's provenance.
    """

    key: str
    folder: Path
    partial: Path
    report: Callable[[Event], None]
    stopped: Callable[[], bool]
    provenance: dict[str, JSON] = field(default_factory=dict)

    def note_progress(self, **progress: JSON) -> None:
        """Leave word of how far the step came, for `reportgen status`."""
        write_atomically(self.partial / PROGRESS, json.dumps(progress))


def perform(
    job: Job, emit: Callable[[Event], None], stopped: Callable[[], bool]
) -> tuple[str, str]:
    """Run a job unless another process has made its artifact; returns the key and the digest.

    Raises:
        Interrupted: it was asked to stop; its state is saved.
        ReportgenError: it failed in a way that a person can mend.
    """
    store = Store(job.store, on_damage=lambda damage: emit(_damage(job.step.name, damage)))
    journal = Journal(job.store / "journal.jsonl")
    key = job.step.key(job.digests)
    ingredients = job.step.ingredients(job.digests)

    def report(event: Event) -> None:
        emit({"step": job.step.name, **event})

    with store.lock(key, on_wait=lambda: report({"event": "waiting"})):
        found = None if job.fresh else store.find(key)
        if found is not None:
            journal.record("reused", job.step.name, key)
            return key, found.manifest.digest
        store.require_space(job.step.size)
        journal.record("started", job.step.name, key)
        report({"event": "started"})
        try:
            artifact, seconds = _make(job, store, key, ingredients, report, stopped)
        except BaseException as error:
            outcome = "stopped" if isinstance(error, Interrupted) else "failed"
            journal.record(outcome, job.step.name, key, error=str(error))
            raise
        store.remember(job.step.name, ingredients)
        journal.record("finished", job.step.name, key, seconds=round(seconds, 3))
        report({"event": "finished", "seconds": seconds})
        return key, artifact.manifest.digest


def _make(
    job: Job,
    store: Store,
    key: str,
    ingredients: Mapping[str, JSON],
    report: Callable[[Event], None],
    stopped: Callable[[], bool],
) -> tuple[Artifact, float]:
    step = job.step
    inputs = {
        argument: Artifact.at(store.folder(job.keys[name]))
        for argument, name in step.inputs.items()
    }
    started, clock = datetime.now(UTC), time.perf_counter()
    with store.workspace(key) as folder:
        workspace = Workspace(key, folder, store.partial(key), report, stopped)
        with _explained(step):
            function = resolve(step.function)
            contents: Contents = function(
                workspace, **inputs, **step.parameters, **step.circumstances
            )
        seconds = time.perf_counter() - clock

        def provenance() -> Mapping[str, JSON]:
            return {
                "started": started.isoformat(timespec="seconds"),
                "seconds": round(seconds, 3),
                "circumstances": dict(step.circumstances),
                **job.provenance,
                **workspace.provenance,
            }

        return store.commit(folder, ingredients, key, contents, provenance), seconds


@contextmanager
def _explained(step: Step) -> Iterator[None]:
    """Name the step in whatever goes wrong inside it; a damaged input is the runner's to mend."""
    try:
        yield
    except (ReportgenError, DamagedArtifact):
        raise
    except MemoryError as error:
        raise RunError(
            f"the step {step.name!r} ran out of memory",
            hint="use a smaller batch (--set SECTION.batch_size=…) or --set run.workers=1",
        ) from error
    except Exception as error:
        declared = f", declared in {step.declared}" if step.declared else ""
        raise RunError(
            f"the step {step.name!r} failed ({step.function}{declared}): "
            f"{type(error).__name__}: {error}",
            hint="run again with --debug to see where",
        ) from error


def _damage(step: str, damage: DamagedArtifact) -> Event:
    return {"step": step, "event": "damaged", "what": str(damage)}
