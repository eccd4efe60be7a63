"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from reportgen.errors import DiskFullError, UsageError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNFINISHED = ".tmp"
_ABANDONED = 3600.0
"""Seconds after which a temporary file has no living writer."""


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write ``content`` to ``path`` so that a reader sees the old file or the new one, whole.

    Raises:
        DiskFullError: the disk is full; the old file is intact and no temporary file is left.
    """
    data = content.encode() if isinstance(content, str) else content
    with appearing(path, len(data)) as stream:
        stream.write(data)


@contextmanager
def appearing(path: Path, needed: int = 0) -> Iterator[BinaryIO]:
    """A stream whose bytes appear at ``path``, synced and whole, when the block ends well.

    Args:
        path: an older file there stays as it is until then.
        needed: how many bytes will be written, for the message of a full disk.

    Raises:
        DiskFullError: the disk is full; the old file is intact and no temporary file is left.
        UsageError: a file is in the way of a folder, or a folder in that of the file, or the folder
            must not be written to.
    """
    with disk_full_explained(path, needed), _refusal_explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED
        )
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove the temporary files that killed writers left directly in ``folder``."""
    for leftover in folder.glob(f".*{_UNFINISHED}"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _ABANDONED:
                leftover.unlink()


def sync_folder(folder: Path) -> None:
    """Make a rename inside ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network drives can't sync a folder; they have no more to offer.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def disk_full_explained(path: Path, needed: int) -> Iterator[None]:
    """Turn a full disk under ``path`` into one clear error; ``needed`` is in bytes."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise disk_full(path, needed) from error


@contextmanager
def _refusal_explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        place = error.filename2 or error.filename
        raise UsageError(
            f"{place}: a file is where a folder must be, or a folder where a file",
            hint="move away what is in the way, then run the command again",
        ) from error
    except OSError as error:
        if error.errno not in _FORBIDDEN:
            raise
        raise UsageError(
            f"{path}: it can't be written: {error.strerror}",
            hint="get the right to write there, or choose another place, then run again",
        ) from error


def disk_full(path: Path, needed: int) -> DiskFullError:
    """The error for ``needed`` bytes that don't fit below ``path``."""
    existing = next(folder for folder in [path, *path.parents] if folder.exists())
    free = shutil.disk_usage(existing).free
    return DiskFullError(
        f"the disk is full: {path} needs {_megabytes(needed)}, {_megabytes(free)} are free",
        hint="free some space (`reportgen clean` shows what it could remove) and run again",
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.{1 if size >= 1e5 else 3}f} MB"
