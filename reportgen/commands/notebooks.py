"""``reportgen notebooks``: the completed notebooks, from the same sources as the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.commands.latest import Latest
from reportgen.commands.options import json_option, name_options, tell_json

if TYPE_CHECKING:
    from rich.console import Console

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.step import Step
    from reportgen.notebooks.composition import Notebook

FOLDER = "notebooks"
"""Below the build folder; the notebooks' data lie in `DATA` below it."""

DATA = "datos"

_EXECUTE = "reportgen.notebooks.execution:execute"


@click.command()
@name_options
@click.option(
    "--from-store",
    is_flag=True,
    help="Load the stored weights instead of training: a quick look, marked BORRADOR.",
)
@json_option
def notebooks(name: str, from_store: bool, as_json: bool) -> None:
    """Write and execute build/notebooks/*.ipynb, which must give the report's numbers.

    \b
    Example:
      reportgen notebooks --name GARCIA_ANA
    """
    from rich.console import Console

    latest = Latest.find(name)
    console = Console(highlight=False, emoji=False, quiet=as_json)
    if not from_store:
        refuse_compiled(latest)
    paths = Execution(latest, composed(latest, from_store=from_store), console).run()
    if as_json:
        tell_json(notebooks=paths)


def refuse_compiled(latest: Latest) -> None:
    """A notebook trains by torch's own kernels, and others round otherwise.

    Raises:
        UsageError: the report has trained a compiled network.
    """
    from reportgen.errors import UsageError

    for name, since in latest.outcome.results["colophon"]["compiled"].items():
        raise UsageError(
            f"{name} trained a compiled network from epoch {since} on, and a notebook can't repeat "
            "its bits",
            hint="build the report again with --fresh and without run.compile; or take "
            "--from-store for a draft, or give those that you completed by `zip --notebooks DIR`",
        )


def composed(latest: Latest, *, from_store: bool) -> list[Notebook]:
    """The notebooks of a build as its sources make them now; nothing is executed.

    Raises:
        SubmissionError: the report is older than its sources.
        UsageError: an experiment was changed so that its notebook can't follow.
    """
    from reportgen.commands.rendered import current_html
    from reportgen.lab.planning import code_of
    from reportgen.notebooks.answers import Answers
    from reportgen.notebooks.composition import Composition

    outcome, record = latest.outcome, latest.record
    about = outcome.about(record.name, latest.loaded.settings.report)
    return Composition(
        outcome=outcome,
        code=code_of(latest.project),
        answers=Answers(
            record.folders(latest.project),
            {**outcome.results, "informe": about},
            current_html(latest),
        ),
        about=about,
        from_store=from_store,
    ).notebooks()


@dataclass
class Execution:
    """One execution of a build's notebooks.

    Attributes:
        latest: the build.
        notebooks: what to execute.
        console: where to tell of it.
    """

    latest: Latest
    notebooks: Sequence[Notebook]
    console: Console

    @property
    def folder(self) -> Path:
        """Where the notebooks go."""
        return self.latest.project.build / FOLDER

    def run(self) -> list[Path]:
        """Export the data, execute, write; returns the notebooks' paths.

        Raises:
            SubmissionError: a notebook's numbers aren't the report's.
            RunError: a cell failed.
        """
        from reportgen.engine.store import Store
        from reportgen.files import write_atomically
        from reportgen.notebooks.composition import NAMES
        from reportgen.notebooks.document import written
        from reportgen.notebooks.execution import OUTPUTS

        with Store(self.latest.project.store).in_use():
            self._export()
            artifacts = self._execute()
        run_id = self.latest.outcome.results["colophon"]["run_id"]
        paths = []
        for notebook in self.notebooks:
            made = artifacts[notebook_step(notebook.section)]
            path = self.folder / f"{notebook.name}.ipynb"
            write_atomically(path, written(notebook, run_id, made.json(OUTPUTS)))
            paths.append(path)
            self._say(notebook, path, made)
        for name in set(NAMES.values()) - {notebook.name for notebook in self.notebooks}:
            (self.folder / f"{name}.ipynb").unlink(missing_ok=True)
        return paths

    def _export(self) -> None:
        """The data beside the notebooks, and the weights that they load."""
        from reportgen.lab.outcome import copy
        from reportgen.notebooks.dataset import export

        outcome, data = self.latest.outcome, self.folder / DATA
        for notebook in self.notebooks:
            step = outcome.report.plan[f"{notebook.section}.dataset"]
            export(step, outcome.artifacts[step.name], data / notebook.name)
            for name in notebook.trainings:
                for file in ("best.safetensors", "history.json"):
                    copy(outcome.artifacts[name].path(file), data / "pesos" / name / file)
        self._export_backbones(data / "pesos")

    def _export_backbones(self, folder: Path) -> None:
        """Downloaded weights, so that the notebook needn't download them as well."""
        from reportgen.data.sets import WEIGHTS, RemoteFile
        from reportgen.lab.outcome import copy
        from reportgen.project import cache

        for weights in filter(None, self.latest.outcome.report.weights.values()):
            path = cache() / WEIGHTS / RemoteFile(**weights).name
            if path.is_file():
                copy(path, folder / path.name)

    def _execute(self) -> dict[str, Artifact]:
        from reportgen.commands.screen import screen_for
        from reportgen.commands.workers import Workers
        from reportgen.engine.plan import Plan
        from reportgen.engine.store import Store
        from reportgen.lab import machine
        from reportgen.lab.planning import code_of

        report, project = self.latest.outcome.report, self.latest.project
        steps = [self._step(notebook) for notebook in self.notebooks]
        device = report.device["device"]
        asked = self.latest.loaded.settings.run.workers
        count = machine.workers(asked, len(steps), device)
        # "auto": a notebook says itself what the report was computed in, whatever is set now.
        workers = Workers(project, code_of(project).files(), device, count, 1, precision="auto")
        with screen_for(self.console, {step.name: step.seconds for step in steps}) as screen:
            plan = Plan.of([*report.plan.steps, *steps])
            return workers.run(plan, Store(project.store), screen)

    def _step(self, notebook: Notebook) -> Step:
        from reportgen.engine.step import Step
        from reportgen.lab.planning import code_of
        from reportgen.notebooks.composition import TRAIN

        outcome, project = self.latest.outcome, self.latest.project
        own = [s for s in outcome.report.plan.steps if s.name.startswith(f"{notebook.section}.")]
        trained = [s for s in own if s.function == TRAIN and not notebook.trainings]
        weights = {f"weights_{n}": name for n, name in enumerate(notebook.trainings)}
        return Step(
            name=notebook_step(notebook.section),
            function=_EXECUTE,
            parameters={
                "cells": notebook.code,
                "expected": dict(notebook.expected),
                "threads": notebook.threads,
            },
            inputs={"data": f"{notebook.section}.dataset", **weights},
            code=code_of(project).reach(_EXECUTE),
            circumstances={
                "folder": str(self.folder),
                "device": outcome.report.device["device"],
            },
            seconds=sum(step.seconds for step in own),
            size=5_000_000,
            memory=max((step.memory for step in trained), default=0),
        )

    def _say(self, notebook: Notebook, path: Path, made: Artifact) -> None:
        from reportgen.commands.screen import duration

        seconds = float(str(made.manifest.provenance["seconds"]))
        here = Path.cwd()
        shown = path.relative_to(here) if path.is_relative_to(here) else path
        agrees = "its numbers are the report's"
        draft = f"; {notebook.draft_reasons[-1]}" if notebook.draft_reasons else ""
        self.console.print(
            f"notebook: {shown} (executed in {duration(seconds)}; {agrees}{draft})",
            markup=False,
            soft_wrap=True,
        )


def notebook_step(section: str) -> str:
    """The step that executes a section's notebook."""
    return f"{FOLDER}.{section}"
