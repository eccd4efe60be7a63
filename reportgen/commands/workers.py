"""The workers: processes that run a plan's steps for a command, until all is done or stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportgen.commands.screen import Screen
from reportgen.commands.stopping import stopping
from reportgen.engine.artifact import Artifact
from reportgen.engine.digest import JSON
from reportgen.engine.executors import WorkerPool
from reportgen.engine.plan import Plan
from reportgen.engine.runner import Runner
from reportgen.engine.store import Store
from reportgen.lab import machine, provenance
from reportgen.project import Project


@dataclass(frozen=True)
class Workers:
    """The workers of one run.

    Attributes:
        project: whose steps they run.
        files: path → sha256 of the sources, as they were before the plan was made.
        device: where torch computes.
        count: how many processes.
        threads: how many each may use on the CPU.
        precision: what they may compute in, as `reportgen.learning.want`.
        libraries: what they import once for all.
    """

    project: Project
    files: Mapping[str, str]
    device: str
    count: int
    threads: int
    precision: str
    libraries: tuple[str, ...] = ()

    def run(
        self,
        plan: Plan,
        store: Store,
        screen: Screen,
        since: str = "",
        found: Mapping[str, Artifact] | None = None,
        end: Callable[[], None] = lambda: None,
    ) -> dict[str, Artifact]:
        """Run what isn't stored; returns each step's artifact by its name.

        Args:
            since: artifacts that were begun before this moment are made anew.
            found: artifacts that a look at the plan has found in the store, by their keys; they
                are taken as they are.
            end: ends what runs beside the workers, where they are ended at once.

        Raises:
            Interrupted: by Ctrl-C or SIGTERM; what was running has saved its state.
            DamagedArtifact: stored bytes aren't those that were written.
            ReportgenError: a step failed; what ran beside it has saved its state.
        """
        machine.set_environment(self.threads, self.precision)  # for the workers
        stop = threading.Event()
        setup = {
            "experiments": str(self.project.experiments),
            "threads": self.threads,
            "precision": self.precision,
            "files": self.files,
        }
        prepare = ("reportgen.lab.machine:set_up", setup)
        pool = WorkerPool(self.count, screen.emit, stop, prepare, self.libraries)

        def kill() -> None:
            pool.kill()
            end()

        with stopping(stop, kill), pool:
            return Runner(
                plan,
                store,
                pool,
                stop,
                screen.emit,
                since,
                self._provenance,
                slots=self.count,
                memory=machine.memory(self.count, self.device),
                found=found or {},
            ).run()

    def _provenance(self) -> dict[str, JSON]:
        return {
            "versions": provenance.versions(),
            "git_commit": provenance.git_commit(self.project.root),
            "threads": self.threads,
        }
