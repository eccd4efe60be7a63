"""``reportgen build``: run what is needed and set the report."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.commands.options import Request, name_options, plan_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from reportgen.engine.plan import Status
    from reportgen.engine.store import Store
    from reportgen.engine.work import Emit, Event
    from reportgen.lab.outcome import Outcome
    from reportgen.lab.report_plan import ReportPlan
    from reportgen.project import Project
    from reportgen.settings import Loaded


@click.command()
@name_options
@plan_options
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder whose files replace single ones of templates/.",
)
@click.option("--dry-run", is_flag=True, help="Print the plan and each step's state, run nothing.")
@click.option("--fresh", is_flag=True, help="Make everything anew, whatever is cached.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each event.")
def build(
    name: str,
    templates: Path | None,
    dry_run: bool,
    fresh: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Run the experiments and typeset the report: build/NAME.pdf.

    \b
    Examples:
      reportgen build --name GARCIA_ANA --data sample
      reportgen build --name GARCIA_ANA --data-root ~/datos --profile laptop
      reportgen build --name GARCIA_ANA --only 1.1 --set simple_cnn.epochs=3
    """
    from rich.console import Console

    from reportgen.commands.volume import Volume, volume
    from reportgen.lab.planning import code_of
    from reportgen.project import Project

    request = Request.of(options)
    project = Project.find()
    command = Build(
        project=project,
        request=request,
        name=name,
        loaded=request.load(project),
        templates=[*([templates.resolve()] if templates else []), project.templates],
        console=Console(highlight=False, emoji=False, quiet=as_json or volume() is Volume.QUIET),
        files=code_of(project).files(),
        fresh=fresh,
        as_json=as_json,
    )
    report = request.plan(project, command.loaded)
    if dry_run:
        command.show(report, command.examine(report), details=True)
        return
    pdf = command.run(report)
    if as_json:
        click.echo(json.dumps({"event": "report", "pdf": str(pdf)}, ensure_ascii=False))
    elif volume() is Volume.QUIET:
        click.echo(pdf)


@dataclass
class Build:
    """One build.

    Attributes:
        project: what is built.
        request: what was asked for.
        name: the author's, already checked.
        loaded: the settings.
        templates: the folders to search, the author's own first.
        console: where to tell of it.
        files: path → sha256 of the sources, as they were before the plan was made.
        fresh: make everything anew.
        as_json: tell the engine's events as lines of JSON.
    """

    project: Project
    request: Request
    name: str
    loaded: Loaded
    templates: list[Path]
    console: Console
    files: Mapping[str, str]
    fresh: bool = False
    as_json: bool = False

    def examine(self, report: ReportPlan) -> list[Status]:
        """What each step would cost; where all is made anew, nothing counts as stored."""
        from reportgen.engine.plan import State, examine

        statuses = examine(report.plan, self._store(self._say))
        if self.fresh:
            return [replace(one, state=State.STALE, artifact=None) for one in statuses]
        return statuses

    def show(
        self, report: ReportPlan, statuses: Sequence[Status], *, details: bool = False
    ) -> None:
        """Print the plan."""
        from reportgen.commands.planview import show_drifts, show_plan, show_statuses, workers_of

        workers = workers_of(self.loaded, report)
        show_plan(self.console, report, statuses, workers)
        show_drifts(self.console, statuses, workers, self.loaded.settings.run.precision)
        if details:
            show_statuses(self.console, statuses)

    def run(self, report: ReportPlan) -> Path:
        """Measure, publish, typeset; returns the PDF's path."""
        from reportgen.files import sweep
        from reportgen.lab import provenance

        store = self._store(self._say)
        with store.in_use(lambda: self.console.print("waiting: `reportgen clean` is at work")):
            store.sweep()
            sweep(self.project.build)
            statuses = self.examine(report)
            self.show(report, statuses)
            self._tell_replaced()
            since = ""
            if self.fresh:
                asked = [self.request.overrides, self.request.only]
                since = store.begin_anew({"versions": provenance.versions(), "asked": asked})
            outcome, pdf = self._make(report, statuses, store, since)
            store.end_anew()
            self._record(outcome)
        self._summarise(outcome, pdf)
        return pdf

    def _tell_replaced(self) -> None:
        """Say so where a report of some sections takes the place of one that has more."""
        from reportgen.lab.record import BuildRecord

        pdf = self.project.build / f"{self.name}.pdf"
        before = BuildRecord.of(self.project, self.name)
        if before and pdf.is_file() and before.covers(self.request.only):
            self.console.print(
                f"{pdf.name} had {', '.join(before.only) or 'every section'} and will have "
                f"{', '.join(self.request.only)} alone; build without --only to have it back "
                "(its measurements stay stored)",
                markup=False,
                soft_wrap=True,
            )

    def _make(
        self, report: ReportPlan, statuses: Sequence[Status], store: Store, since: str
    ) -> tuple[Outcome, Path]:
        """All of it, again from the start if something stored turns out damaged when it is read."""
        from reportgen.engine.artifact import DamagedArtifact

        damaged: set[Path] = set()
        while True:
            try:
                if any(one.artifact is None for one in statuses):
                    self._get_ready(report)
                outcome = self._measure(report, statuses, since)
                with store.publishing():
                    outcome.publish(self.project.build)
                    return outcome, self._typeset(outcome, since)
            except DamagedArtifact as damage:
                if damage.folder in damaged:
                    raise
                damaged.add(damage.folder)
                store.set_aside(damage)
                statuses = self.examine(report)

    def _store(self, emit: Emit) -> Store:
        from reportgen.engine.store import Store

        return Store(
            self.project.store,
            lambda found: emit({"step": "store", "event": "damaged", "what": found.message}),
        )

    def _say(self, event: Event) -> None:
        from reportgen.commands.screen import JsonScreen, PlainScreen

        (JsonScreen() if self.as_json else PlainScreen(self.console, {})).emit(event)

    def _get_ready(self, report: ReportPlan) -> None:
        """Where steps will run: download what they lack, and start what will set the page."""
        from reportgen.lab.acquisition import fetch
        from reportgen.report.document import press

        fetch(report, self.console)
        press().start()

    def _measure(self, report: ReportPlan, statuses: Sequence[Status], since: str) -> Outcome:
        from reportgen.commands.planview import workers_of
        from reportgen.commands.screen import screen_for
        from reportgen.commands.workers import Workers
        from reportgen.lab import machine
        from reportgen.lab.outcome import Outcome
        from reportgen.report.document import press

        count, device = workers_of(self.loaded, report), report.device["device"]
        found = {str(one.key): one.artifact for one in statuses if one.artifact is not None}
        # Where nothing trains, nothing imports torch.
        trains = any(one.step.memory for one in statuses if one.artifact is None)
        libraries = machine.shared_libraries(count, device) if trains else ()
        threads = machine.threads(count)
        precision = self.loaded.settings.run.precision
        workers = Workers(self.project, self.files, device, count, threads, precision, libraries)
        seconds = {step.name: step.seconds for step in report.plan.steps}
        with screen_for(self.console, seconds, as_json=self.as_json) as screen:
            store = self._store(screen.emit)
            artifacts = workers.run(
                report.plan, store, screen, since, found=found, end=press().close
            )
        return Outcome.of(report, artifacts)

    def _typeset(self, outcome: Outcome, since: str) -> Path:
        from reportgen.commands.rendered import typeset

        return typeset(
            outcome,
            self.project,
            self.name,
            self.loaded.settings.report,
            self.templates,
            store=self._store(self._say),
            since=since,
        )

    def _record(self, outcome: Outcome) -> None:
        """Remember the request, and the results for `reportgen diff`."""
        from reportgen.lab.record import BuildRecord

        run = f"{outcome.results['colophon']['run_id']}.json"
        outcome.write_results(self.project.store / "runs" / run)
        root = self.project.root
        folders = [
            str(folder.relative_to(root)) if folder.is_relative_to(root) else str(folder)
            for folder in self.templates
        ]
        BuildRecord(self.name, self.request.overrides, self.request.only, tuple(folders)).save(
            self.project
        )

    def _summarise(self, outcome: Outcome, pdf: Path) -> None:
        from reportgen.commands.summary import summarise

        summarise(self.console, outcome.results, pdf, self.templates)
