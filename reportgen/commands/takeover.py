"""Another project's comments and settings, from its folder or a zip of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.errors import UsageError

_COMMENTS = PurePosixPath("templates/comentarios")
_MEGABYTES = 20


def taken_over(source: Path, experiments: Path) -> dict[Path, bytes]:
    """The comments and settings of a project, by their path in it; each can be read.

    Args:
        source: the project's folder, or a zip of it, which nobody vouches for.
        experiments: the folder of experiments that the settings are to fit.

    Raises:
        UsageError: it is no project, a zip that isn't safe, or its settings don't fit.
        TemplateError: a comment can't be read.
    """
    found = _of_folder(source) if source.is_dir() else _of_zip(source)
    _check(found, experiments)
    return found


def _of_folder(source: Path) -> dict[Path, bytes]:
    from reportgen.project import SETTINGS

    if not (source / SETTINGS).is_file():
        raise _no_project(source)
    files = [source / SETTINGS, *sorted((source / _COMMENTS).glob("*.md"))]
    return {path.relative_to(source): path.read_bytes() for path in files if path.is_file()}


def _of_zip(source: Path) -> dict[Path, bytes]:
    from reportgen.errors import Place, UsageError
    from reportgen.project import SETTINGS
    from reportgen.submission.archive_check import LAYOUT, unpack
    from reportgen.submission.findings import Limits, Unreadable
    from reportgen.submission.sandbox import Sandbox

    limits = Limits(entries=2000, unpacked_size=_MEGABYTES * 1_000_000)
    with (
        tempfile.TemporaryDirectory(prefix="reportgen-") as folder,
        Sandbox(limits.seconds, limits.memory) as sandbox,
    ):
        try:
            unpacked = sandbox.run(
                unpack, source, Path(folder), source.name, limits, frozenset({".md", ".toml"})
            )
        except Unreadable as problem:
            raise _no_project(source) from problem
        for one in unpacked.findings:
            if one.code not in LAYOUT:
                raise UsageError(
                    f"{one.code}: {one.message}",
                    place=Place(source),
                    hint=f"nothing was taken from it; zip only {SETTINGS} and {_COMMENTS}/ "
                    f"({_MEGABYTES} MB at most), or give the folder",
                )
        files = {PurePosixPath(one.name): one.file.read_bytes() for one in unpacked.members}
    settings = [path for path in files if path.name == SETTINGS]
    if not settings:
        raise _no_project(source)
    root = min(settings, key=lambda path: len(path.parts)).parent
    return {
        Path(path.relative_to(root)): content
        for path, content in files.items()
        if path == root / SETTINGS or (path.parent == root / _COMMENTS and path.suffix == ".md")
    }


def _check(found: Mapping[Path, bytes], experiments: Path) -> None:
    """Read each file as a build would."""
    from reportgen import settings
    from reportgen.lab.experiment import names
    from reportgen.project import SETTINGS
    from reportgen.report import comments

    with tempfile.TemporaryDirectory(prefix="reportgen-") as folder:
        for path, content in found.items():
            copy = Path(folder, path.name)
            copy.write_bytes(content)
            if path.name == SETTINGS:
                settings.load(copy, (), names(experiments))
            else:
                comments.read(copy)


def _no_project(source: Path) -> UsageError:
    from reportgen.errors import Place, UsageError
    from reportgen.project import SETTINGS

    return UsageError(
        f"this is neither a project's folder nor a zip of one: there is no {SETTINGS} in it",
        place=Place(source),
        hint=f"give the folder in which {SETTINGS} lies, or a zip of it",
    )
