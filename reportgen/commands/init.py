"""``reportgen init``: a new project to edit."""

from __future__ import annotations

from pathlib import Path

import click

_PARTS = ("experiments", "templates", "reportgen.toml")
_IGNORED = ("__pycache__", ".pyc")
_GITIGNORE = "/build/\n/.reportgen/\n__pycache__/\n"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Lay a new project in DIR: experiments, templates and settings. Nothing is overwritten."""
    written, kept = lay(folder)
    for path in kept:
        click.echo(f"kept: {path}")
    click.echo(f"{len(written)} files written to {folder}. Next:")
    click.echo(f"  cd {folder}")
    click.echo("  reportgen build --name APELLIDO_NOMBRE --data sample")
    click.echo("  then write your answers in templates/comentarios/")


def lay(folder: Path) -> tuple[list[Path], list[Path]]:
    """Copy the shipped project; returns the files written and those that were there already."""
    from reportgen.files import write_atomically
    from reportgen.project import shipped

    source = shipped()
    files = {
        path.relative_to(source): path.read_bytes()
        for part in _PARTS
        for path in sorted([source / part, *(source / part).rglob("*")])
        if path.is_file() and not any(mark in str(path) for mark in _IGNORED)
    }
    files[Path(".gitignore")] = _GITIGNORE.encode()
    written, kept = [], []
    for name, content in files.items():
        target = folder / name
        if target.exists():
            kept.append(target)
            continue
        write_atomically(target, content)
        written.append(target)
    return written, kept
