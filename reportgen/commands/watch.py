"""``reportgen watch``: the report in a browser while its author writes."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.commands import completion

if TYPE_CHECKING:
    import tempfile

    from reportgen.commands.latest import Latest
    from reportgen.engine.executors import WorkerPool
    from reportgen.preview.reading import Reading
    from reportgen.project import Project


@click.command()
@click.option(
    "--name",
    shell_complete=completion.names,
    required=True,
    help="APELLIDO_NOMBRE, as given to build.",
)
def watch(name: str) -> None:
    """Show the report in a browser and keep it up to date while you write. Ctrl-C ends it.

    The address that is printed opens on this machine only. Saving a comment, a template, the style
    or the settings changes the page at once; build/NAME.pdf follows when you pause.

    \b
    Example:
      reportgen watch --name GARCIA_ANA
    """
    from reportgen.engine.store import Store
    from reportgen.preview.server import serve
    from reportgen.project import Project
    from reportgen.submission.names import check_name

    project = Project.find()
    with Store(project.store).in_use(), closing(LiveReport(project, check_name(name))) as report:
        serve(project, report, _announce)


def _announce(address: str) -> None:
    click.echo(f"the report: {address}")
    click.echo("open it in a browser, then write in templates/comentarios/; Ctrl-C ends it")


def _begin(folder: str) -> None:
    """Leave the processor to who waits for the page, and nothing outside of ``folder``."""
    import tempfile

    os.nice(5)
    tempfile.tempdir = folder


def _typeset(project: Project, name: str, *_: Any) -> Path:
    from reportgen.commands.latest import Latest
    from reportgen.commands.rendered import typeset
    from reportgen.engine.store import Store

    latest = Latest.reread(project, name)
    return typeset(
        latest.outcome,
        project,
        name,
        latest.loaded.settings.report,
        latest.record.folders(project),
        store=Store(project.store),
    )


class LiveReport:
    """The report of one author, as the live page asks for it (`preview.reading.Source`)."""

    def __init__(self, project: Project, name: str) -> None:
        self.root = project.root
        self.build = project.build
        self.templates: Sequence[Path] = self._folders(project, name)
        self._project = project
        self._name = name
        self._latest: Latest | None = None
        self._measured: object = None
        self._press: WorkerPool | None = None
        self._folder: tempfile.TemporaryDirectory[str]
        self._pressed = ""

    def read(self) -> Reading:
        """Settings and measurements as they are now; the figures go to the build folder.

        Raises:
            UsageError: nothing was built, or its sources have changed since.
        """
        from reportgen.commands.check import manuscript, measured_findings
        from reportgen.preview.reading import Reading

        latest = self._reread()
        if self._latest is None or self._latest.outcome is not latest.outcome:
            latest.outcome.publish(self.build)
        self._latest = latest
        return Reading(manuscript(latest), measured_findings(latest))

    def typeset(self) -> Path:
        """The PDF of what was read last, made in a process of its own: the page goes first.

        Raises:
            TemplateError: a mistake in a template, a comment or the style.
        """
        import tempfile

        from reportgen.engine.executors import Setup, WorkerPool
        from reportgen.lab.planning import code_of

        # It stays warm, but for new code: what it had imported would pass for that.
        code = code_of(self._project).fingerprint()
        if self._press is None or code != self._pressed:
            self.close()
            # Wherever it is killed, its folder goes with it.
            self._folder = tempfile.TemporaryDirectory(
                prefix="reportgen-press-", ignore_cleanup_errors=True
            )
            setup: Setup = (f"{__name__}:{_begin.__name__}", {"folder": self._folder.name})
            self._press = WorkerPool(1, lambda _: None, threading.Event(), setup)
            self._pressed = code
        pdf: Path = self._press.submit(_typeset, self._project, self._name).result()
        return pdf

    def close(self) -> None:
        """End the process that typesets, whatever it does: the store bears it."""
        if self._press is not None:
            self._press.kill()
            self._press.shutdown()
            self._folder.cleanup()
            self._press = None

    def _reread(self) -> Latest:
        """The build; a change of the title page alone costs no look at data and store."""
        from reportgen.commands.latest import Latest
        from reportgen.commands.options import Request
        from reportgen.lab.planning import code_of
        from reportgen.lab.record import BuildRecord

        known, record = self._latest, BuildRecord.last(self._project, self._name)
        loaded = Request.again(record).load(self._project)
        plain = loaded.settings.model_dump(exclude={"report", "submission"})
        measured = (record, plain, code_of(self._project).fingerprint())
        if known is not None and measured == self._measured:
            return replace(known, loaded=loaded)
        found = Latest.reread(self._project, self._name)
        self._measured = measured
        return found

    @staticmethod
    def _folders(project: Project, name: str) -> list[Path]:
        """The folders of the last build's words, or else the project's."""
        from reportgen.errors import UsageError
        from reportgen.lab.record import BuildRecord

        try:
            return BuildRecord.last(project, name).folders(project)
        except UsageError:
            return [project.templates]
