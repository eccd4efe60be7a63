"""``reportgen zip``: the package to hand in."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.commands import completion
from reportgen.commands.latest import Latest

if TYPE_CHECKING:
    from reportgen.findings import Finding
    from reportgen.submission.agreement import Reported

Entries = dict[str, Path | bytes]


@click.command("zip")
@click.option(
    "--name",
    shell_complete=completion.names,
    required=True,
    help="APELLIDO_NOMBRE, as given to build.",
)
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
    help="Pack a draft all the same, as NAME.BORRADOR.zip.",
)
def zip_(name: str, notebooks: Path | None, clean: bool, allow_draft: bool) -> None:
    """Pack build/NAME.pdf and the notebooks as build/NAME.zip. Nothing is rebuilt.

    \b
    Examples:
      reportgen zip --name GARCIA_ANA
      reportgen zip --name GARCIA_ANA --notebooks ~/Descargas/practica1
    """
    path = package(Latest.find(name), notebooks, clean=clean, allow_draft=allow_draft)
    click.echo(f"package: {path}")
    click.echo("hand it in; `reportgen inspect` reads it back as your teacher might")


def package(latest: Latest, folder: Path | None, *, clean: bool, allow_draft: bool) -> Path:
    """Check everything, write the zip, read it back; returns its path.

    Args:
        latest: the build to pack.
        folder: of the notebooks completed by hand; None: the generated ones.
        clean: pack copies of the notebooks without their tools' metadata.
        allow_draft: pack a draft, as one.

    Raises:
        SubmissionError: a draft, a stale or missing PDF or notebook, or a package with faults.
    """
    from reportgen.commands.rendered import current_pdf
    from reportgen.commands.summary import unwritten
    from reportgen.errors import SubmissionError
    from reportgen.submission.names import DRAFT_SUFFIX

    record, colophon = latest.record, latest.outcome.results["colophon"]
    pdf = current_pdf(latest)
    reasons = list(colophon["draft_reasons"])
    if left := unwritten(record.folders(latest.project), colophon["sections"]):
        reasons.append(f"{len(left)} answers are still drafts ({left[0].name}, …)")
    if reasons and not allow_draft:
        raise SubmissionError(
            f"{pdf.name} is a draft: {'; '.join(reasons)}",
            hint="finish it, or pack it as a draft with --allow-draft",
        )
    if folder:
        found = _completed(folder)
        for one in _disagreements(latest, found):
            _tell(one, f"{one.where}: ")
    else:
        found, stored = _generated(latest)
        if stored and not allow_draft:
            raise SubmissionError(
                f"{', '.join(stored)}: drafts that show stored results and trained nothing",
                hint=f"run `reportgen notebooks --name {record.name}`",
            )
        reasons += stored
    notebooks: Entries = {**found}
    if clean:
        notebooks = {name: _cleaned(path) for name, path in found.items()}
    suffix = DRAFT_SUFFIX if reasons else ""
    target = latest.project.build / f"{record.name}{suffix}.zip"
    entries: Entries = {f"{record.name}.pdf": pdf, **notebooks}
    _write(target, entries, latest.loaded.settings.submission.max_size_mb, draft=bool(reasons))
    return target


def _generated(latest: Latest) -> tuple[dict[str, Path], list[str]]:
    """The notebooks that today's sources make, by name, and which of them trained nothing."""
    from reportgen.commands.notebooks import FOLDER, composed
    from reportgen.errors import SubmissionError
    from reportgen.notebooks.document import is_current

    hint = (
        f"run `reportgen notebooks --name {latest.record.name}`, or give the folder of those that "
        "you completed with --notebooks DIR"
    )
    run_id = latest.outcome.results["colophon"]["run_id"]
    found: dict[str, Path] = {}
    stored = []
    for trained, loaded in zip(
        composed(latest, from_store=False), composed(latest, from_store=True), strict=True
    ):
        path = latest.project.build / FOLDER / f"{trained.name}.ipynb"
        if not path.is_file():
            raise SubmissionError(f"the notebook {path.name} isn't there", hint=hint)
        content = path.read_bytes()
        if is_current(content, loaded, run_id):
            stored.append(path.name)
        elif not is_current(content, trained, run_id):
            raise SubmissionError(f"{path.name} is older than its sources or not theirs", hint=hint)
        found[path.name] = path
    return found, stored


def _completed(folder: Path) -> dict[str, Path]:
    """The notebooks in a folder, by name."""
    from reportgen.errors import Place, SubmissionError

    found = sorted(folder.glob("*.ipynb"))
    if not found:
        raise SubmissionError(
            "the package has no notebooks",
            place=Place(folder),
            hint="give the folder of the completed ones with --notebooks DIR",
        )
    return {path.name: path for path in found}


def _disagreements(latest: Latest, found: Mapping[str, Path]) -> Iterator[Finding]:
    from reportgen.submission.agreement import disagreements

    results = latest.outcome.results
    reported = {
        one.name: numbers
        for one in latest.outcome.report.sections
        if (numbers := _reported(results[one.name])) is not None
    }
    for name, path in found.items():
        yield from disagreements(path.read_bytes(), name, reported)


def _reported(values: Mapping[str, object]) -> Reported | None:
    """What a section says that a notebook could say otherwise."""
    from reportgen.submission.agreement import Reported

    match values:
        case {
            "parameters": {"trainable": int(count)},
            "best": {"validation_accuracy": float(best)},
        }:
            return Reported(count, (best,))
        case {"backbone": {"parameters": {"trainable": int(count)}}, "alternatives": dict(ways)}:
            return Reported(count, tuple(one["accuracy"] for one in ways.values()))
    return None


def _cleaned(path: Path) -> bytes:
    from reportgen.errors import Place, SubmissionError
    from reportgen.submission.notebook_clean import clean

    try:
        cleaned = clean(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SubmissionError(
            "this is no notebook (nbformat 4)",
            place=Place(path),
            hint="open it in a current Jupyter or Colab and save it",
        ) from error
    return (json.dumps(cleaned, ensure_ascii=False, indent=1) + "\n").encode()


def _tell(one: Finding, place: str = "") -> None:
    click.echo(f"{one.severity.value} {one.code}: {place}{one.message}\n  → {one.fix}", err=True)


def _write(target: Path, entries: Entries, max_size: float, *, draft: bool) -> None:
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
            _tell(one)
        if faults:
            raise SubmissionError(
                f"the package has {len(faults)} faults (listed above); it wasn't written",
                hint="mend them and run again",
            )
        fresh.replace(target)
