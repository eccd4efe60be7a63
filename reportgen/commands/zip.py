"""``reportgen zip``: the package to hand in."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.commands.options import Request

if TYPE_CHECKING:
    from reportgen.lab.outcome import Outcome
    from reportgen.lab.record import BuildRecord
    from reportgen.project import Project
    from reportgen.settings import Loaded


@click.command("zip")
@click.option("--name", required=True, help="APELLIDO_NOMBRE, as given to build.")
@click.option(
    "--notebooks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the completed notebooks (.ipynb).",
)
@click.option(
    "--allow-draft",
    is_flag=True,
    help="Pack a draft all the same, as NAME.BORRADOR.zip.",
)
def zip_(name: str, notebooks: Path | None, allow_draft: bool) -> None:
    """Pack build/NAME.pdf and the notebooks as build/NAME.zip. Nothing is rebuilt.

    \b
    Example:
      reportgen zip --name GARCIA_ANA --notebooks ~/Descargas/practica1
    """
    from reportgen.lab.outcome import stored_outcome
    from reportgen.lab.record import BuildRecord
    from reportgen.project import Project
    from reportgen.submission.names import check_name

    project = Project.find()
    record = BuildRecord.last(project, check_name(name))
    request = Request.again(record)
    loaded = request.load(project)
    outcome = stored_outcome(project, request.plan(project, loaded))
    path = package(project, record, loaded, outcome, notebooks, allow_draft)
    click.echo(f"package: {path}")


def package(
    project: Project,
    record: BuildRecord,
    loaded: Loaded,
    outcome: Outcome,
    notebooks: Path | None,
    allow_draft: bool,
) -> Path:
    """Check everything, write the zip, read it back; returns its path.

    Raises:
        SubmissionError: a draft, a stale or missing PDF, no notebooks, or a package with faults.
    """
    from reportgen.commands.summary import unwritten
    from reportgen.errors import SubmissionError
    from reportgen.submission.names import DRAFT_SUFFIX

    pdf = _current_pdf(project, record, loaded, outcome)
    reasons = list(outcome.results["colophon"]["draft_reasons"])
    if left := unwritten(record.folders(project), outcome.results["colophon"]["sections"]):
        reasons.append(f"{len(left)} answers are still drafts ({left[0].name}, …)")
    if reasons and not allow_draft:
        raise SubmissionError(
            f"{pdf.name} is a draft: {'; '.join(reasons)}",
            hint="finish it, or pack it as a draft with --allow-draft",
        )
    entries = {f"{record.name}.pdf": pdf, **_notebooks(notebooks)}
    suffix = DRAFT_SUFFIX if reasons else ""
    target = project.build / f"{record.name}{suffix}.zip"
    _write(target, entries, loaded.settings.submission.max_size_mb, draft=bool(reasons))
    return target


def _current_pdf(project: Project, record: BuildRecord, loaded: Loaded, outcome: Outcome) -> Path:
    """The PDF, if it is the one that today's sources make."""
    from reportgen.engine.digest import file_digest
    from reportgen.engine.plan import changes_of
    from reportgen.engine.store import Store
    from reportgen.errors import SubmissionError
    from reportgen.report.document import PDF

    store = Store(project.store)
    digests = {name: one.manifest.digest for name, one in outcome.artifacts.items()}
    step = outcome.render_step(
        project, record.name, loaded.settings.report, record.folders(project)
    )
    pdf = project.build / f"{record.name}.pdf"
    hint = f"run `reportgen build --name {record.name}` again"
    found = store.find(step.key(digests))
    if found is None:
        changes = "; ".join(str(change) for change in changes_of(step, store, digests)[:3])
        raise SubmissionError(
            f"{pdf.name} is older than its sources{f': {changes}' if changes else ''}", hint=hint
        )
    if not pdf.is_file():
        raise SubmissionError(f"{pdf} isn't there", hint=hint)
    if file_digest(pdf) != found.files[PDF].sha256:
        raise SubmissionError(f"{pdf} isn't the PDF that was built last", hint=hint)
    return pdf


def _notebooks(folder: Path | None) -> Mapping[str, Path]:
    from reportgen.errors import Place, SubmissionError

    found = sorted(folder.glob("*.ipynb")) if folder else []
    if not found:
        raise SubmissionError(
            "the package has no notebooks",
            place=Place(folder) if folder else None,
            hint="give the folder of the completed ones with --notebooks DIR",
        )
    return {path.name: path for path in found}


def _write(target: Path, entries: Mapping[str, Path], max_size: float, *, draft: bool) -> None:
    """Write beside the place, read back with the code of `inspect`, and only then rename."""
    from reportgen.errors import SubmissionError
    from reportgen.findings import Severity
    from reportgen.submission.inspection import inspect
    from reportgen.submission.package import write_package

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".package-") as folder:
        fresh = Path(folder) / target.name
        write_package(fresh, entries, max_size)
        (report,) = inspect([fresh])
        # That a draft is one was said, and asked for.
        found = [one for one in report.findings if not (draft and one.code.endswith("-draft"))]
        faults = [one for one in found if one.severity is Severity.ERROR]
        for one in found:
            click.echo(f"{one.severity.value} {one.code}: {one.message}\n  → {one.fix}", err=True)
        if faults:
            raise SubmissionError(
                f"the package has {len(faults)} faults (listed above); it wasn't written",
                hint="mend them and run again",
            )
        fresh.replace(target)
