"""``reportgen new``: the skeleton of an experiment of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.commands import completion
from reportgen.commands.options import json_option, tell_json

if TYPE_CHECKING:
    from reportgen.project import Project

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SECTION = re.compile(r"\d+\.\d+")
_LAST = '{% include "secciones/colofon.html.j2" %}'
_INCLUDE = '{{% if "{section}" in informe.sections %}}{{% include "{file}" %}}{{% endif %}}'


@click.group()
def new() -> None:
    """Lay the skeleton of something of one's own."""


@new.command("experiment")
@click.argument("name")
@click.option("--section", metavar="N.N", help="Its number in the report; default: the next one.")
@click.option("--dataset", help="The dataset that it uses; default: one called like it.")
@json_option
def experiment(name: str, section: str | None, dataset: str | None, as_json: bool) -> None:
    """Lay an experiment NAME: what is measured, its section of the report, and its question.

    Nothing is overwritten. See docs/another-course.md for what to change in it.

    \b
    Examples:
      reportgen new experiment flores
      reportgen new experiment flores --section 2.1 --dataset cifar10
    """
    from reportgen.project import Project

    project = Project.find()
    section = section or next_section()
    written = lay(project, name, section, dataset or name)
    if as_json:
        tell_json(section=section, written=written)
        return
    for path in written:
        click.echo(f"written: {path.relative_to(project.root)}")
    if dataset is None:
        click.echo(f'name its images in reportgen.toml:  [datasets.{name}]  folder = "…"')
    click.echo(f"next: reportgen build --name APELLIDO_NOMBRE --only {section}")


def next_section() -> str:
    """The number behind the project's last section."""
    known = [one.section for one in completion.experiments()]
    major, minor = max(
        ((int(a), int(b)) for a, _, b in (one.partition(".") for one in known)), default=(1, 0)
    )
    return f"{major}.{minor + 1}"


def lay(project: Project, name: str, section: str, dataset: str) -> list[Path]:
    """Write the experiment's files and have the report include its section.

    Args:
        project: where.
        name: the experiment's, a Python name in small letters.
        section: its number, ``"2.1"``.
        dataset: the name of its data.

    Raises:
        UsageError: a name or number that can't be used, or that is taken.
    """
    from importlib.resources import files
    from string import Template

    from reportgen.errors import Place, UsageError
    from reportgen.files import write_atomically

    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} can't name an experiment", hint="use small letters, as in: flores_silvestres"
        )
    if not _SECTION.fullmatch(section):
        raise UsageError(f"{section!r} is no section's number", hint="use two numbers, as in: 2.1")
    known = {one.section: one.name for one in completion.experiments()}
    if section in known:
        raise UsageError(
            f"section {section} is {known[section]}'s", hint=f"use --section {next_section()}"
        )
    words = {
        "name": name,
        "section": section,
        "dataset": dataset,
        "id": section.replace(".", "-"),
        "title": name.title().replace("_", ""),
    }
    template = f"secciones/{section.replace('.', '_')}_{name}.html.j2"
    targets = {
        project.experiments / f"{name}.py": "experiment.txt",
        project.templates / template: "section.txt",
        project.templates / "comentarios" / f"{name}.md": "comment.txt",
    }
    if taken := [path for path in targets if path.exists()]:
        raise UsageError("it is there already", place=Place(taken[0]), hint="use another name")
    report = project.templates / "informe.html.j2"
    text = report.read_text(encoding="utf-8")
    if _LAST not in text:
        raise UsageError(
            f"there is no line {_LAST} to put the new section before",
            place=Place(report),
            hint="put it back, or write the experiment by hand (docs/another-course.md)",
        )
    for path, source in targets.items():
        skeleton = files("reportgen.commands") / "skeleton" / source
        write_atomically(path, Template(skeleton.read_text(encoding="utf-8")).substitute(words))
    include = _INCLUDE.format(section=section, file=template)
    write_atomically(report, text.replace(_LAST, f"{include}\n{_LAST}", 1))
    return [*targets, report]
