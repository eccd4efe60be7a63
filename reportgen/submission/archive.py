"""Zips from strangers, read so that nothing in them decides where or how much is written.

Everything here is meant to run in a bounded process (`reportgen.submission.sandbox`): a central
directory alone can be made to fill the memory.
"""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reportgen.submission.findings import Unreadable

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Member:
    """A PDF or notebook taken out of a zip: its name there and the file that now holds it."""

    name: str
    file: Path

    @property
    def base(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name).name


def names(path: Path) -> list[str]:
    """The names of all files in a zip, in its order.

    Raises:
        Unreadable: it is no zip.
    """
    with opened(path) as package:
        return [entry_name(entry) for entry in package.infolist()]


def extract(path: Path, position: int, target: Path, most: int) -> None:
    """Write the file at ``position`` of `names` to ``target``.

    Raises:
        Unreadable: it is broken, encrypted, or has more than ``most`` bytes.
    """
    with opened(path) as package:
        copy(package, package.infolist()[position], target, most)


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as its author sees it, NFC, with ``/`` between folders.

    Without the UTF-8 flag Python takes cp437, but macOS writes UTF-8 and Spanish Windows cp850.
    """
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437", errors="replace")
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            name = raw.decode("cp850")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def opened(path: Path) -> zipfile.ZipFile:
    """The zip, its list of entries read.

    Raises:
        Unreadable: it is no zip, or its list is broken.
    """
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as problem:
        raise Unreadable(str(problem)) from problem


def copy(package: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> None:
    """Write one entry to the new file ``target``.

    Raises:
        Unreadable: it is broken, encrypted, or has more than ``most`` bytes.
    """
    try:
        with package.open(entry) as source, target.open("xb") as written:
            while chunk := source.read(_CHUNK):
                most -= len(chunk)
                if most < 0:
                    raise Unreadable("it is too large")
                written.write(chunk)
    except (
        zipfile.BadZipFile,
        struct.error,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,  # encrypted
        NotImplementedError,  # an unknown compression
    ) as problem:
        raise Unreadable(str(problem)) from problem
