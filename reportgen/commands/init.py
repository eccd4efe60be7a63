"""``reportgen init``: a new project to edit."""

from __future__ import annotations

from pathlib import Path

import click

from reportgen.commands.options import json_option, tell_json

_PARTS = ("experiments", "templates", "reportgen.toml")
_IGNORED = ("__pycache__", ".pyc")
_GITIGNORE = """\
# What reportgen writes: the report, and its store of measurements.
/build/
/.reportgen/
__pycache__/
.ipynb_checkpoints/
"""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--from",
    "source",
    metavar="ZIP|DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Take over another project's comments and settings.",
)
@json_option
def init(folder: Path, source: Path | None, as_json: bool) -> None:
    """Lay a new project in DIR: experiments, templates and settings. Nothing is overwritten.

    \b
    Examples:
      reportgen init practica1
      reportgen init practica1 --from ../practica-del-año-pasado
      reportgen init practica1 --from borrador.zip
    """
    written, kept = lay(folder, source)
    if as_json:
        tell_json(project=folder, written=written, kept=kept)
        return
    for path in kept:
        click.echo(f"kept: {path}")
    here = folder.resolve() == Path.cwd()
    click.echo(f"{len(written)} files written {'here' if here else f'to {folder}'}. Next:")
    if not here:
        click.echo(f"  cd {folder}")
    click.echo("  reportgen doctor                                       # is all here?")
    click.echo("  reportgen build --name APELLIDO_NOMBRE --data sample   # a first report")
    click.echo("  reportgen watch --name APELLIDO_NOMBRE                 # write, and see it")


def lay(folder: Path, source: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Copy the shipped project; returns the files written and those that were there already.

    Args:
        folder: where the new project goes.
        source: another project, or a zip of one, whose comments and settings are taken over.

    Raises:
        UsageError: ``source`` is no project, isn't safe to read, or doesn't fit.
        TemplateError: a comment in ``source`` can't be read.
    """
    from reportgen.commands.takeover import taken_over
    from reportgen.files import write_atomically
    from reportgen.project import shipped

    ours = shipped()
    files = {
        path.relative_to(ours): path.read_bytes()
        for part in _PARTS
        for path in sorted([ours / part, *(ours / part).rglob("*")])
        if path.is_file() and not any(mark in str(path) for mark in _IGNORED)
    }
    files[Path(".gitignore")] = _GITIGNORE.encode()
    if source is not None:
        files |= taken_over(source, ours / "experiments")
    written, kept = [], []
    for name, content in files.items():
        target = folder / name
        if target.exists():
            kept.append(target)
            continue
        write_atomically(target, content)
        written.append(target)
    return written, kept
