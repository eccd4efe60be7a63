"""What is wrong with a zip, and its PDFs and notebooks taken out where that is safe."""

from __future__ import annotations

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from reportgen.findings import Finding, error, warning
from reportgen.submission.archive import Member, copy, entry_name, opened
from reportgen.submission.findings import Limits, Unreadable, listed, printable, unreadable
from reportgen.submission.names import folded

SUBMITTED = frozenset({".pdf", ".ipynb"})
"""The endings of what is handed in."""

LAYOUT = frozenset({"entry-system-file", "entry-archive", "entry-extra", "entry-in-folder"})
"""The codes of findings about what else is in a submission: no harm in itself."""

_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # others can ask for any amount of memory
_ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"}
_SYSTEM = re.compile(
    r"(?:^|/)(?:__MACOSX|\.ipynb_checkpoints)/|(?:^|/)(?:\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$"
)
_DRIVE = re.compile(r"[A-Za-z]:")
_SMALLEST_BOMB = 10_000_000  # below it the ratio of a compressed text proves nothing
_LOCAL_HEADER = 30
_REZIP = "make the zip again with `reportgen zip`, or with your system's own tool"


@dataclass(frozen=True)
class Unpacked:
    """What a zip held that can be looked at, and what was wrong with it."""

    members: tuple[Member, ...]
    findings: tuple[Finding, ...]


def unpack(
    path: Path,
    folder: Path,
    where: str,
    limits: Limits,
    wanted: frozenset[str] = SUBMITTED,
) -> Unpacked:
    """Take the files of ``path`` with the ``wanted`` endings out into ``folder``.

    They get names of our own: names in the zip never become paths. What is refused or broken is a
    finding, never an error.
    """
    try:
        with opened(path) as package:
            entries = [entry for entry in package.infolist() if not _is_folder(entry)]
            findings = [*_size(path, where, limits), *_structure(package, where, limits)]
            if any(finding.code.startswith("zip-bomb") for finding in findings):
                return Unpacked((), tuple(findings))
            refused, safe = _sorted_out(entries, where)
            members, broken = _taken_out(package, safe, folder, where, limits, wanted)
            return Unpacked(tuple(members), (*findings, *refused, *_layout(safe, where), *broken))
    except Unreadable as problem:
        return Unpacked((), (unreadable("zip", where, problem),))


def _size(path: Path, where: str, limits: Limits) -> Iterator[Finding]:
    size = path.stat().st_size
    if size > limits.zip_size:
        yield error(
            "zip-too-large",
            where,
            f"the zip has {size / 1e6:.1f} MB, more than {limits.zip_size / 1e6:g}",
            "clear notebook outputs that aren't needed, draw figures at fewer dots per inch",
        )


def _structure(package: zipfile.ZipFile, where: str, limits: Limits) -> Iterator[Finding]:
    """What makes a zip unfit to be unpacked at all; sizes are the declared ones."""
    entries = package.infolist()
    if not entries:
        yield error("zip-empty", where, "the zip is empty", _REZIP)
    if len(entries) > limits.entries:
        yield error(
            "zip-bomb-count",
            where,
            f"the zip has {len(entries)} entries, more than {limits.entries}",
            "pack the PDF and the notebooks only",
        )
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_size:
        yield error(
            "zip-bomb-total",
            where,
            f"unpacked the zip has {total / 1e6:.0f} MB, more than {limits.unpacked_size / 1e6:g}",
            "pack the PDF and the notebooks only, with their outputs cleared of what isn't needed",
        )
    dense = [
        entry_name(entry)
        for entry in entries
        if entry.file_size > max(_SMALLEST_BOMB, limits.ratio * entry.compress_size)
    ]
    if dense:
        yield error(
            "zip-bomb-ratio",
            where,
            f"entries over {limits.ratio} times as large as what is stored: {listed(dense)}",
            _REZIP,
        )
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    for before, after in pairwise(placed):
        end = before.header_offset + _LOCAL_HEADER + before.compress_size
        if end > after.header_offset:
            yield error(
                "zip-bomb-overlap",
                where,
                f"entries share their bytes: {listed([entry_name(before), entry_name(after)])}",
                _REZIP,
            )
            return


def _sorted_out(
    entries: list[zipfile.ZipInfo], where: str
) -> tuple[list[Finding], list[zipfile.ZipInfo]]:
    """Findings for entries that are refused, and the entries that may be looked at."""
    counted = Counter(folded(entry_name(entry)) for entry in entries)
    refused: list[Finding] = []
    safe: list[zipfile.ZipInfo] = []
    for entry in entries:
        faults = list(_faults(entry, counted))
        if not faults:
            safe.append(entry)
        for code, message in faults:
            refused.append(
                error(code, where, f"{printable(entry_name(entry))!r}: {message}", _REZIP)
            )
    return refused, safe


def _faults(entry: zipfile.ZipInfo, counted: Counter[str]) -> Iterator[tuple[str, str]]:
    name = entry_name(entry)
    parts = name.split("/")
    mode = entry.external_attr >> 16
    if ".." in parts:
        yield "entry-traversal", "the name climbs out of the folder it is unpacked into"
    if name.startswith("/") or _DRIVE.match(name):
        yield "entry-absolute-path", "the name is an absolute path"
    if not (name.isprintable() and entry.orig_filename.isprintable()):
        yield "entry-invisible-name", "the name has invisible or control characters"
    if counted[folded(name)] > 1:
        yield "entry-names-collide", "another entry has the same name on some computers"
    if stat.S_ISLNK(mode):
        yield "entry-symlink", "it is a link to another file"
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        yield "entry-special-file", "it is no regular file"
    if entry.flag_bits & 0x1:
        yield "entry-encrypted", "it is encrypted"
    if entry.compress_type not in _READABLE:
        yield "entry-compression", "its compression isn't the usual one (deflate)"


def _layout(entries: list[zipfile.ZipInfo], where: str) -> Iterator[Finding]:
    """What else is in the zip than a PDF and notebooks side by side."""
    names_ = [entry_name(entry) for entry in entries]
    system = [name for name in names_ if _SYSTEM.search(name)]
    own = [name for name in names_ if name not in system]
    archives = [name for name in own if PurePosixPath(name).suffix.lower() in _ARCHIVES]
    extra = [name for name in own if not _is_wanted(name) and name not in archives]
    nested = [name for name in own if _is_wanted(name) and "/" in name]
    if system:
        yield warning(
            "entry-system-file", where, f"files of the operating system: {listed(system)}", _REZIP
        )
    if archives:
        yield error(
            "entry-archive",
            where,
            f"archives inside the archive aren't opened: {listed(archives)}",
            "put the PDF and the notebooks themselves into one zip",
        )
    if extra:
        yield warning(
            "entry-extra",
            where,
            f"more than the PDF and the notebooks: {listed(extra)}",
            "leave them out",
        )
    if nested:
        yield warning(
            "entry-in-folder",
            where,
            f"files in a folder inside the zip: {listed(nested)}",
            "pack the files themselves, not the folder that holds them",
        )


def _taken_out(
    package: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    folder: Path,
    where: str,
    limits: Limits,
    wanted: frozenset[str],
) -> tuple[list[Member], list[Finding]]:
    members: list[Member] = []
    broken: list[Finding] = []
    for number, entry in enumerate(entries):
        name = entry_name(entry)
        if _ending(name) not in wanted or _SYSTEM.search(name):
            continue
        target = folder / f"{number}{PurePosixPath(name).suffix.lower()}"
        try:
            copy(package, entry, target, limits.unpacked_size)
            members.append(Member(name, target))
        except Unreadable as problem:
            message = f"{printable(name)!r} can't be unpacked: {printable(str(problem))}"
            broken.append(error("entry-broken", where, message, _REZIP))
    return members, broken


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() and not entry.file_size


def _is_wanted(name: str) -> bool:
    return _ending(name) in SUBMITTED


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
