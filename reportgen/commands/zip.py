"""``reportgen zip``: the package to hand in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.commands.latest import Latest
from reportgen.commands.options import json_option, name_options, tell_json

if TYPE_CHECKING:
    from reportgen.findings import Finding

Entries = dict[str, Path | bytes]


@click.command("zip")
@name_options
@click.option(
    "--notebooks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with notebooks completed by hand; default: those of `reportgen notebooks`.",
)
@click.option(
    "--clean",
    is_flag=True,
    help="Pack copies of the notebooks without the metadata that their tools left.",
)
@click.option(
    "--allow-draft",
    is_flag=True,
    help="Pack a draft all the same, with what there is, as NAME.BORRADOR.zip.",
)
@json_option
def zip_(name: str, notebooks: Path | None, clean: bool, allow_draft: bool, as_json: bool) -> None:
    """Pack build/NAME.pdf and the notebooks as build/NAME.zip. Nothing is rebuilt.

    \b
    Examples:
      reportgen zip --name GARCIA_ANA
      reportgen zip --name GARCIA_ANA --notebooks ~/Descargas/practica1
    """
    from reportgen.submission.names import DRAFT_SUFFIX

    path = package(Latest.find(name), notebooks, clean=clean, allow_draft=allow_draft)
    draft = path.stem.endswith(DRAFT_SUFFIX)
    if as_json:
        tell_json(package=path, draft=draft)
        return
    click.echo(f"package: {path}")
    if not draft:
        click.echo("hand it in; `reportgen inspect` reads it back as your teacher might")


def package(latest: Latest, folder: Path | None, *, clean: bool, allow_draft: bool) -> Path:
    """Check everything, write the zip, read it back; returns its path.

    Args:
        latest: the build to pack.
        folder: of the notebooks completed by hand; None: the generated ones.
        clean: pack copies of the notebooks without their tools' metadata.
        allow_draft: pack a draft, as one.

    Raises:
        SubmissionError: a draft, a stale or missing PDF or notebook (unless it is to be a draft),
            results of another run, or a package with faults.
    """
    from reportgen.commands.contents import cleaned, completed, disagreements_of, generated
    from reportgen.commands.rendered import current_pdf
    from reportgen.errors import SubmissionError
    from reportgen.submission.names import DRAFT_SUFFIX

    name = latest.record.name
    pdf = latest.project.build / f"{name}.pdf"
    reasons = []
    try:
        current_pdf(latest)
    except SubmissionError as stale:
        if not (allow_draft and pdf.is_file()):
            raise
        reasons.append(stale.message)
    _check_results(latest)
    reasons += _draft_reasons(latest)
    if reasons and not allow_draft:
        raise SubmissionError(
            f"{pdf.name} is a draft: {'; '.join(reasons)}",
            hint="finish it, or pack it as a draft with --allow-draft",
        )
    found = completed(folder) if folder else generated(latest)
    lacking = [*found.drafts, *(f"{one} isn't there" for one in found.missing)]
    if lacking and not allow_draft:
        raise SubmissionError(
            "; ".join(lacking),
            hint=f"run `reportgen notebooks --name {name}`, or give the folder of those that you "
            "completed with --notebooks DIR",
        )
    reasons += lacking
    if folder:
        for one in disagreements_of(latest, found.files):
            _tell(one, f"{one.where}: ")
    notebooks: Entries = {**found.files}
    if clean:
        notebooks = {name: cleaned(path) for name, path in found.files.items()}
    for reason in reasons:
        click.echo(f"draft: {reason}", err=True)
    suffix = DRAFT_SUFFIX if reasons else ""
    target = latest.project.build / f"{name}{suffix}.zip"
    _write(target, {f"{name}.pdf": pdf, **notebooks}, latest, draft=bool(reasons))
    return target


def _draft_reasons(latest: Latest) -> list[str]:
    from reportgen.commands.summary import unwritten

    colophon = latest.outcome.results["colophon"]
    left = unwritten(latest.record.folders(latest.project), colophon["sections"])
    return [
        *colophon["draft_reasons"],
        *([f"{len(left)} answers are still drafts ({left[0].name}, …)"] if left else []),
    ]


def _check_results(latest: Latest) -> None:
    """Hold the published results to the build's own: each build replaces those of the last."""
    from reportgen.errors import SubmissionError
    from reportgen.lab.outcome import RESULTS

    path = latest.project.build / RESULTS
    wanted = latest.outcome.results["colophon"]["run_id"]
    try:
        found = str(json.loads(path.read_bytes())["colophon"]["run_id"])
    except (OSError, ValueError, KeyError, TypeError):
        found = ""
    if found != wanted:
        held = f"holds run {found[:12]}" if found else "can't be read"
        raise SubmissionError(
            f"{path} {held}, but {latest.record.name}.pdf reports run {wanted[:12]}",
            hint=f"run `reportgen build --name {latest.record.name}` with its options again: it "
            "only publishes what is stored",
        )


def _tell(one: Finding, place: str = "") -> None:
    click.echo(f"{one.severity.value} {one.code}: {place}{one.message}\n  → {one.fix}", err=True)


def _write(target: Path, entries: Entries, latest: Latest, *, draft: bool) -> None:
    """Write beside the place, read back with the code of `inspect`, and only then rename."""
    import tempfile

    from reportgen.errors import SubmissionError
    from reportgen.findings import Severity
    from reportgen.submission.inspection import inspect
    from reportgen.submission.package import write_package

    run_id = latest.outcome.results["colophon"]["run_id"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".package-") as folder:
        fresh = Path(folder) / target.name
        write_package(fresh, entries, latest.loaded.settings.submission.max_size_mb)
        (report,) = inspect([fresh])
        # That a draft is one was said, and asked for.
        found = [one for one in report.findings if not (draft and one.code.endswith("-draft"))]
        if draft:
            found = [
                replace(one, severity=Severity.WARNING) if one.code == "notebook-missing" else one
                for one in found
            ]
        faults = [one for one in found if one.severity is Severity.ERROR]
        for one in found:
            place = one.where.removeprefix(report.source).lstrip(", ")
            _tell(one, f"{place}: " if place else "")
        if faults:
            raise SubmissionError(
                f"faults in the package: {len(faults)} (listed above); it wasn't written",
                hint="mend them and run again",
            )
        if report.run_id != run_id:
            raise SubmissionError(
                f"the PDF names run {report.run_id}, the results are of {run_id}",
                hint=f"run `reportgen build --name {latest.record.name}` again",
            )
        fresh.replace(target)
