"""Where submissions lie: single zips, a folder of them, Moodle's bulk download packed or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reportgen.errors import UsageError
from reportgen.findings import Finding, error
from reportgen.submission import archive
from reportgen.submission.findings import Limits, Unreadable, listed, printable, unreadable
from reportgen.submission.sandbox import Sandbox

# Moodle: "Full Name_1234_assignsubmission_file_", then "/" and the file, or the file at once.
_MOODLE = re.compile(
    r"(?:^|/)(?P<person>[^/]+)_(?P<identifier>\d+)_assignsubmission_file(?:_|(?=/))"
)
_ANY_MOODLE = "_assignsubmission_"


@dataclass(frozen=True)
class Submission:
    """A zip to inspect, or (``path`` is ``None``) the place of one that can't be.

    ``source`` is what the person who inspects calls it; ``filename`` what its author called it.
    """

    source: str
    filename: str
    path: Path | None
    person: str | None = None
    identifier: str | None = None
    findings: tuple[Finding, ...] = field(default=())


def submissions(
    paths: Iterable[Path], folder: Path, sandbox: Sandbox, limits: Limits
) -> Iterator[Submission]:
    """All submissions at ``paths``, one at a time; packed ones are put into ``folder`` meanwhile.

    Raises:
        UsageError: a path doesn't exist, or a folder holds nothing to inspect.
    """
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path, folder, sandbox, limits)
        elif path.is_file():
            yield from _in_file(path, path.name, folder, sandbox, limits)
        else:
            raise UsageError(f"{path} doesn't exist", hint="give a zip, or a folder of zips")


def _in_folder(root: Path, folder: Path, sandbox: Sandbox, limits: Limits) -> Iterator[Submission]:
    files = sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    names = {path.relative_to(root).as_posix(): path for path in files}
    zips = [name for name in names if _is_zip(name)]
    if not zips and not any(map(_moodle, names)):
        raise UsageError(f"{root} has no zip in it", hint="give a zip, or a folder of zips")
    for name in zips:
        yield from _in_file(names[name], name, folder, sandbox, limits)
    yield from _without_zip(list(names), "")


def _in_file(
    path: Path, source: str, folder: Path, sandbox: Sandbox, limits: Limits
) -> Iterator[Submission]:
    """The zip itself, or what is in it where it is Moodle's."""
    try:
        names = sandbox.run(archive.names, path)
    except Unreadable as problem:
        yield _submission(source, "", None, (unreadable("zip", source, problem),))
        return
    # All of it: a zip with one such entry would else be read as a download and escape inspection.
    if not names or not all(_ANY_MOODLE in name for name in names):
        yield _submission(source, "", path)
        return
    for position, name in enumerate(names):
        if _is_zip(name) and _moodle(name):
            yield from _packed(path, position, name, source, folder, sandbox, limits)
    yield from _without_zip(names, f"{source}: ")


def _packed(
    outer: Path,
    position: int,
    name: str,
    source: str,
    folder: Path,
    sandbox: Sandbox,
    limits: Limits,
) -> Iterator[Submission]:
    prefix = f"{source}: "
    target = folder / "submission.zip"
    try:
        sandbox.run(archive.extract, outer, position, target, limits.unpacked_size)
        yield _submission(name, prefix, target)
    except Unreadable as problem:
        finding = unreadable("zip", printable(prefix + name, 300), problem)
        yield _submission(name, prefix, None, (finding,))
    finally:
        target.unlink(missing_ok=True)


def _without_zip(names: list[str], prefix: str) -> Iterator[Submission]:
    """People of a Moodle download whose files include no zip."""
    handed_in: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names:
        if found := _moodle(name):
            handed_in[found["person"], found["identifier"]].append(name)
    for (person, identifier), theirs in handed_in.items():
        if not any(map(_is_zip, theirs)):
            files = listed(PurePosixPath(name).name for name in theirs)
            source = printable(f"{prefix}{person}")
            finding = error(
                "no-zip",
                source,
                f"no zip was handed in, but {files}",
                "hand in one zip with the PDF and the notebooks",
            )
            yield Submission(source, "", None, printable(person), identifier, (finding,))


def _submission(
    name: str, prefix: str, path: Path | None, findings: tuple[Finding, ...] = ()
) -> Submission:
    found = _moodle(name)
    return Submission(
        printable(prefix + name, 300),
        PurePosixPath(name[found.end() :] if found else name).name,
        path,
        printable(found["person"]) if found else None,
        found["identifier"] if found else None,
        findings,
    )


def _moodle(name: str) -> re.Match[str] | None:
    return _MOODLE.search(name)


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")
