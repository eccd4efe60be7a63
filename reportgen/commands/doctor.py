"""``reportgen doctor``: whether this machine has what a build needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.errors import ExitCode, ReportgenError

if TYPE_CHECKING:
    from reportgen.lab.checkup import Circumstances, Diagnosis


@click.command()
@click.option(
    "--data-root",
    metavar="DIR",
    envvar="REPORTGEN_DATA_ROOT",
    show_envvar=True,
    help="Folder with the datasets.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def doctor(context: click.Context, data_root: str | None, as_json: bool) -> None:
    """Look at Python, torch, Pango, fonts, disk, memory, data, weights and the notebook kernel.

    Each piece is ok, warn (a build works, but …) or fail, with what to do about it. Ends with exit
    code 1 where one fails. It works inside a project and outside.

    \b
    Examples:
      reportgen doctor
      reportgen doctor --data-root ~/datos --json
    """
    from reportgen.lab.checkup import Verdict

    found = []
    for one in diagnoses(data_root):
        found.append(one)
        if not as_json:
            _print(one)
    failed = sum(one.verdict is Verdict.FAIL for one in found)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    elif failed:
        click.echo(f"{failed} to mend before a build can work; then run reportgen doctor again")
    else:
        click.echo("a build can work here: reportgen build --name APELLIDO_NOMBRE")
    if failed:
        context.exit(ExitCode.FINDINGS)


def diagnoses(data_root: str | None) -> Iterator[Diagnosis]:
    """All pieces of this machine; the project's settings are one of them."""
    from reportgen.lab.checkup import Diagnosis, Verdict, examine

    try:
        where, told = _circumstances(data_root)
    except ReportgenError as error:
        where, told = _without_project(data_root), None
        yield Diagnosis("settings", Verdict.FAIL, str(error).split("\n")[0], error.hint or "")
    if told:
        yield Diagnosis("settings", Verdict.OK, told)
    yield from examine(where)


def _circumstances(data_root: str | None) -> tuple[Circumstances, str]:
    from reportgen.commands.options import Request
    from reportgen.errors import UsageError
    from reportgen.project import Project

    where = _without_project(data_root)
    try:
        project = Project.find()
    except UsageError:
        return where, "no project here; `reportgen init DIR` lays one"
    settings = Request((), ()).load(project).settings
    written = project.root / settings.run.data_root if settings.run.data_root else None
    return replace(
        where,
        folder=project.root,
        data_root=where.data_root or written,
        datasets=settings.datasets,
        wanted_data=settings.run.data,
    ), str(project.settings)


def _without_project(data_root: str | None) -> Circumstances:
    from reportgen.lab.checkup import Circumstances
    from reportgen.project import cache

    root = Path(data_root).resolve() if data_root else None
    return Circumstances(Path.cwd(), cache(), root, {}, "auto")


def _print(one: Diagnosis) -> None:
    colour = {"ok": "green", "warn": "yellow", "fail": "red"}[one.verdict.value]
    click.echo(f"{click.style(f'{one.verdict.value:<5}', fg=colour)}{one.piece}: {one.found}")
    if one.fix:
        click.echo(f"     → {one.fix}")
