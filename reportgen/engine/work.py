"""One step's work: from its key and inputs to a committed artifact, in whichever process."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.engine.artifact import Artifact, DamagedArtifact
from reportgen.engine.contents import Contents
from reportgen.engine.digest import JSON
from reportgen.engine.journal import Journal
from reportgen.engine.step import Step
from reportgen.engine.stopwatch import Stopwatch
from reportgen.engine.store import PROGRESS, Store
from reportgen.errors import Interrupted, ReportgenError, RunError
from reportgen.files import disk_full_explained, write_atomically
from reportgen.references import resolve

Event = Mapping[str, JSON]
"""What a step reports: ``{"step": …, "event": …}`` and what goes with the event."""

Emit = Callable[[Event], None]


@dataclass(frozen=True)
class Job:
    """A step that is ready to run; plain data, so that it can cross to another process.

    Attributes:
        step: what to do.
        digests: the content digest of each input step, by step name.
        keys: the key of each input step, by step name.
        store: the store's root.
        since: an artifact that was begun before this moment is made anew.
        provenance: what the project knows of this run (git commit, versions).
    """

    step: Step
    digests: Mapping[str, str]
    keys: Mapping[str, str]
    store: Path
    since: str = ""
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
        stopwatch: how long it has taken.
        provenance: what the step adds to its artifact's provenance.
    """

    key: str
    folder: Path
    partial: Path
    report: Emit
    stopped: Callable[[], bool]
    stopwatch: Stopwatch
    provenance: dict[str, JSON] = field(default_factory=dict)

    def note_progress(self, **progress: JSON) -> None:
        """Leave word of how far the step came, for `reportgen status`."""
        write_atomically(self.partial / PROGRESS, json.dumps(progress))
        self.stopwatch.note()


def perform(job: Job, emit: Emit, stopped: Callable[[], bool]) -> str:
    """Run a job unless another process has made its artifact; returns the artifact's key.

    Raises:
        Interrupted: it was asked to stop; its state is saved.
        DamagedArtifact: an input isn't what it was when the job was given.
        ReportgenError: it failed in a way that a person can mend.
    """
    name = job.step.name

    def report(event: Event) -> None:
        emit({"step": name, **event})

    def pause() -> None:
        if stopped():
            raise Interrupted(f"stopped while {name} waited for another build")

    store = Store(job.store, lambda damage: report({"event": "damaged", "what": damage.message}))
    journal = Journal(job.store / "journal.jsonl")
    key = job.step.key(job.digests)
    with (
        disk_full_explained(job.store, job.step.size),
        store.lock(key, lambda: report({"event": "waiting"}), pause),
    ):
        if store.find(key, job.since) is not None:
            journal.record("reused", name, key)
            report({"event": "reused"})
            return key
        store.require_space(job.step.size)
        journal.record("started", name, key, since=job.since)
        report({"event": "started"})
        begun = time.perf_counter()
        try:
            _make(job, store, key, report, stopped)
        except BaseException as error:
            outcome = "stopped" if isinstance(error, Interrupted) else "failed"
            journal.record(outcome, name, key, error=str(error))
            raise
        seconds = time.perf_counter() - begun
        store.remember(name, job.step.ingredients(job.digests))
        journal.record("finished", name, key, seconds=round(seconds, 3))
        report({"event": "finished", "seconds": seconds})
        return key


def _make(job: Job, store: Store, key: str, report: Emit, stopped: Callable[[], bool]) -> None:
    step = job.step
    inputs = {argument: _input(store, job, name) for argument, name in step.inputs.items()}
    partial = store.partial(key, job.since)
    with store.workspace(key) as folder:
        workspace = Workspace(key, folder, partial, report, stopped, Stopwatch(partial))
        try:
            with _explained(step, folder):
                contents: Contents = resolve(step.function)(
                    workspace, **inputs, **step.parameters, **step.circumstances
                )
        except Interrupted:
            if partial.is_dir():
                workspace.stopwatch.note()
            raise
        provenance = {
            "started": workspace.stopwatch.started,
            "seconds": workspace.stopwatch.seconds,
            "circumstances": dict(step.circumstances),
            **job.provenance,
            **workspace.provenance,
        }
        store.commit(folder, step.ingredients(job.digests), key, contents, provenance)
    for done in {partial, store.partial(key)}:
        shutil.rmtree(done, ignore_errors=True)


def _input(store: Store, job: Job, name: str) -> Artifact:
    artifact = Artifact.at(store.folder(job.keys[name]))
    if artifact.digest != job.digests[name]:
        raise DamagedArtifact(artifact.folder, "another build made it anew, with other content")
    return artifact


@contextmanager
def _explained(step: Step, folder: Path) -> Iterator[None]:
    """Name the step in whatever goes wrong inside it."""
    try:
        with disk_full_explained(folder, step.size):
            yield
    except ReportgenError:
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
