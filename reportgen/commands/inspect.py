"""``reportgen inspect``: one's own package read back, or a class's."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.errors import ExitCode

if TYPE_CHECKING:
    from reportgen.submission.findings import Report

_COLUMNS = (
    "identifier",
    "full_name",
    "source",
    "name",
    "run_id",
    "pages",
    "notebooks",
    "errors",
    "warnings",
    "codes",
)
_FEW = 3  # so many are told in full; more become a table


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a row a submission, for the gradebook.",
)
@click.pass_context
def inspect(
    context: click.Context, paths: tuple[Path, ...], as_json: bool, csv_file: Path | None
) -> None:
    """Check zips that are handed in: one's own, a folder of them, Moodle's bulk download.

    Ends with exit code 1 where there are findings. Nothing in the zips is run.

    \b
    Examples:
      reportgen inspect build/GARCIA_ANA.zip
      reportgen inspect entregas/ --csv notas.csv
    """
    from reportgen.files import write_atomically
    from reportgen.submission.inspection import inspect as inspect_all

    reports = inspect_all(paths)
    if csv_file:
        write_atomically(csv_file, as_csv(reports))
    if as_json:
        click.echo(json.dumps([asdict(report) for report in reports], ensure_ascii=False, indent=2))
    elif len(reports) > _FEW:
        _print_table(reports)
    else:
        for report in reports:
            _print_report(report)
    if any(report.findings for report in reports):
        context.exit(ExitCode.FINDINGS)


def as_csv(reports: Sequence[Report]) -> str:
    """A row a submission. A cell that a spreadsheet would take for a formula gets an apostrophe."""
    import csv

    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for report in reports:
        counts = Counter(finding.severity.value for finding in report.findings)
        row = (
            report.identifier or "",
            report.person or "",
            report.source,
            report.name or "",
            report.run_id or "",
            "" if report.pages is None else report.pages,
            len(report.notebooks),
            counts["error"],
            counts["warning"],
            " ".join(dict.fromkeys(finding.code for finding in report.findings)),
        )
        writer.writerow([_inert(str(cell)) for cell in row])
    # Spreadsheets take a file without this mark for the system's old encoding.
    return "\ufeff" + table.getvalue()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _print_report(report: Report) -> None:
    held = f"{report.pages or 'no'} pages, {len(report.notebooks)} notebooks"
    click.echo(f"{report.source}: {held}, {_verdict(report)}")
    for finding in report.findings:
        place = finding.where.removeprefix(report.source).lstrip(", ")
        click.echo(f"  {finding.severity.value} {finding.code}: {_line(place, finding.message)}")
        click.echo(f"    → {finding.fix}")


def _print_table(reports: Sequence[Report]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("submission", "pages", "notebooks", "findings", box=None, pad_edge=False)
    for report in reports:
        codes = Counter(finding.code for finding in report.findings)
        listed = ", ".join(code if n == 1 else f"{code} ×{n}" for code, n in codes.items())
        table.add_row(  # Text: a stranger's name isn't markup
            Text(report.person or report.source, overflow="fold"),
            "–" if report.pages is None else str(report.pages),
            str(len(report.notebooks)),
            Text(listed or "none", style="" if report.findings else "green", overflow="fold"),
        )
    Console().print(table)
    clean = sum(not report.findings for report in reports)
    click.echo(f"{clean} of {len(reports)} have no findings; inspect one alone to see its fixes")


def _line(place: str, message: str) -> str:
    return f"{place}: {message}" if place else message


def _verdict(report: Report) -> str:
    counts = Counter(finding.severity.value for finding in report.findings)
    told = [f"{counts[kind]} {kind}{'s' * (counts[kind] > 1)}" for kind in counts]
    return ", ".join(told) or "no findings"
