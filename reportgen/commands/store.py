"""``reportgen store``: a run's measurements as one file, to be written up on another machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.commands import completion
from reportgen.commands.latest import Latest
from reportgen.commands.options import json_option, tell_json

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.lab.outcome import Outcome
    from reportgen.project import Project

_LIGHT = 2**20
"""Files up to so many bytes are always taken along."""


@click.group()
def store() -> None:
    """Carry a run to another machine: train there, write here."""


@store.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--name", shell_complete=completion.names, help="The build to take; default: the last one."
)
@click.option("--whole", is_flag=True, help="Take weights, images and activations along, too.")
@json_option
def export(file: Path, name: str | None, whole: bool, as_json: bool) -> None:
    """Write what the report of the last build needs into FILE.

    \b
    Examples:
      reportgen store export run.reportgen
      reportgen store export run.reportgen --whole
    """
    from reportgen.engine.parcel import pack
    from reportgen.lab.imported import Handover

    latest = Latest.find(name)
    pack(
        file,
        Handover.of(latest.record, latest.outcome.report).as_json(),
        _parts(latest.outcome, whole),
    )
    size = file.stat().st_size
    if as_json:
        tell_json(file=file, bytes=size)
    else:
        click.echo(f"{file}: {size / 1e6:.1f} MB")


@store.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Check FILE and take its measurements into this project's store.

    \b
    Example:
      reportgen store import run.reportgen
    """
    from reportgen.engine.parcel import unpack
    from reportgen.engine.store import Store
    from reportgen.lab.imported import Handover
    from reportgen.project import Project

    project = Project.find()
    here = Store(project.store)
    with here.in_use():
        about, new, known = unpack(file, here, lambda about: _check(about, project))
        handover = Handover.from_json(about)
        handover.save(project)
    following = f"reportgen build {handover.options}"
    if as_json:
        tell_json(new=new, known=known, next=following)
        return
    click.echo(f"{new} results taken, {known} were here already")
    click.echo(f"next: {following}")


def _check(about: Any, project: Project) -> None:
    """Refuse a run under a name, settings or sections that this project can't have."""
    from reportgen.commands.options import Request
    from reportgen.errors import UsageError
    from reportgen.lab.imported import Handover
    from reportgen.submission.names import check_name

    handover = Handover.from_json(about)
    check_name(handover.name)
    Request(tuple(handover.overrides), ()).load(project)
    known = {one.section for one in completion.experiments()}
    if unknown := sorted(set(handover.only) - known):
        raise UsageError(
            f"the run has a section {unknown[0]} that this project hasn't",
            hint="take over the experiments that it was made with, then import it again",
        )


def _parts(outcome: Outcome, whole: bool) -> Iterator[tuple[Artifact, Collection[str]]]:
    """Each artifact with the files to take: what the page reads, and whatever is small."""
    read: dict[str, set[str]] = {}
    for section in outcome.report.sections:
        read.setdefault(section.collect, set()).add("value.json")
    for step, name in outcome.report.exports.values():
        read.setdefault(step, set()).add(name)
    for step, artifact in outcome.artifacts.items():
        names: Any = artifact.files
        yield (
            artifact,
            {
                name
                for name in names
                if whole or artifact.files[name].size <= _LIGHT or name in read.get(step, ())
            },
        )
