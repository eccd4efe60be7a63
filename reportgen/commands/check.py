"""``reportgen check``: what the author should still look at before handing in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.commands import completion
from reportgen.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from reportgen.commands.latest import Latest
    from reportgen.findings import Finding
    from reportgen.report.manuscript import Manuscript


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--name",
    shell_complete=completion.names,
    help="APELLIDO_NOMBRE of the build to check; default: the last one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--confirm",
    is_flag=True,
    help="First mark FILES as written for the present results; without FILES, all comments with "
    "`estado: revisado`.",
)
@click.pass_context
def check(
    context: click.Context, files: tuple[Path, ...], name: str | None, as_json: bool, confirm: bool
) -> None:
    """Find what isn't finished, isn't true any more, or can't be composed.

    Nothing is run. What can't be typeset, such as a picture that isn't there, `build` tells.

    \b
    unanswered, draft         questions without an answer of one's own
    other-results             an answer that was written for other measurements
    unconfirmed               an answer that was never confirmed (--confirm does it)
    number-disagrees          a number typed by hand that no result agrees with
    number-by-hand            a number typed by hand that an expression should print
    expression, template      what can't be computed; a mistake in a template
    reference, alt-text       references to nothing; pictures without alternative text
    sample-data, shortened-run, partial
                              a report that isn't the whole assignment
    english, spelling         words (spelling: if hunspell-es is installed)

    Ends with exit code 1 where there are findings.

    \b
    Examples:
      reportgen check
      reportgen check --confirm templates/comentarios/1_1_tsne.md
      reportgen check --json
    """
    from reportgen.commands.latest import Latest
    from reportgen.report import lint
    from reportgen.report.confirmation import confirm as confirm_files

    if files and not confirm:
        raise UsageError(
            "FILES are only named to confirm them; without them the whole report is checked",
            hint=f"reportgen check --confirm {files[0]}",
        )
    latest = Latest.find(name)
    text = manuscript(latest)
    confirmed = confirm_files(text, files) if confirm else []
    found = lint.check(manuscript(latest) if confirmed else text)
    findings = ordered([*found.findings, *measured_findings(latest)])
    if as_json:
        listed = {
            "findings": [asdict(one) for one in findings],
            "notes": found.notes,
            "confirmed": [short(path) for path in confirmed],
        }
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        _print(findings, found.notes, confirmed)
    if findings:
        context.exit(ExitCode.FINDINGS)


def manuscript(latest: Latest) -> Manuscript:
    """What a build's authors wrote, read anew, beside its measurements."""
    from reportgen.report.manuscript import Manuscript, comments_of
    from reportgen.report.values import values

    outcome, report = latest.outcome, latest.outcome.report
    sections = {one.number: one.name for one in report.sections}
    folders = latest.record.folders(latest.project)
    return Manuscript(
        templates=folders,
        results=outcome.results,
        values=values(outcome.results, report.schema),
        sections=sections,
        settings={one.name: one.settings for one in report.sections},
        about=outcome.about(latest.record.name, latest.loaded.settings.report),
        comments=comments_of(folders, sections),
    )


def measured_findings(latest: Latest) -> list[Finding]:
    """What is to be said of a build's measurements themselves."""
    from reportgen.report.lint_run import run_findings

    outcome = latest.outcome
    return run_findings(
        outcome.results["colophon"], partial=outcome.report.partial, origin=latest.loaded.origin
    )


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """The findings by file and line, files as seen from here."""
    placed = [replace(one, where=short(Path(one.where))) for one in findings]
    return sorted(placed, key=lambda one: (one.where, one.line or 0, one.column or 0, one.code))


def short(path: Path) -> str:
    """``path`` as seen from here, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _print(findings: Sequence[Finding], notes: Sequence[str], confirmed: Sequence[Path]) -> None:
    for path in confirmed:
        click.echo(f"confirmed: {short(path)}")
    for one in findings:
        click.echo(f"{one.place}: {one.severity.value} {one.code}: {one.message}")
        click.echo(f"  → {one.fix}")
    for note in notes:
        click.echo(note)
    if findings:
        click.echo(f"{len(findings)} finding{'s' * (len(findings) != 1)}")
    else:
        click.echo("no findings; next: reportgen notebooks, then reportgen zip")
