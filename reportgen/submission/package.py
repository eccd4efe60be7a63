"""The zip that is handed in: the same inputs give the same bytes, written whole or not at all."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

from reportgen.errors import SubmissionError, UsageError
from reportgen.files import write_atomically

MEGABYTE = 1_000_000

_UNIX = 3
_REGULAR_FILE_RW_R_R = 0o100644
_FIRST_YEAR, _LAST_YEAR = 1980, 2107  # what a zip's date can say


def write_package(path: Path, entries: Mapping[str, bytes | Path], max_size: float) -> None:
    """Write the zip ``path`` with ``entries`` (name in the zip → content, or the file that has it).

    Nothing of the machine, the clock or the order of ``entries`` enters the bytes; the same zlib
    is assumed. The date of every entry is ``SOURCE_DATE_EPOCH``'s, or the first that a zip knows.

    Args:
        max_size: the largest zip that may be handed in, in MB (10⁶ bytes).

    Raises:
        SubmissionError: the zip would be larger; the hint names the entries that weigh most.
        UsageError: ``SOURCE_DATE_EPOCH`` is no number of seconds.
        DiskFullError: the zip doesn't fit on the disk; an older one is left as it was.
    """
    stream = io.BytesIO()
    date = _date()
    with zipfile.ZipFile(stream, "w") as package:
        for name in sorted(entries):
            content = entries[name]
            data = content.read_bytes() if isinstance(content, Path) else content
            package.writestr(_entry(name, date), data, zipfile.ZIP_DEFLATED, compresslevel=6)
        weights = {entry.filename: entry.compress_size for entry in package.infolist()}
    data = stream.getvalue()
    if len(data) > max_size * MEGABYTE:
        raise _too_large(path, len(data), max_size, weights)
    write_atomically(path, data)


def _entry(name: str, date: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    # ZipInfo sets the UTF-8 flag by itself for a name that isn't ASCII.
    entry = zipfile.ZipInfo(name, date)
    entry.create_system = _UNIX
    entry.external_attr = _REGULAR_FILE_RW_R_R << 16
    return entry


def _date() -> tuple[int, int, int, int, int, int]:
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if text is None:
        return (_FIRST_YEAR, 1, 1, 0, 0, 0)
    try:
        moment = time.gmtime(int(text))
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {text!r}, which is no number of seconds",
            hint="unset it, or set it to a whole number of seconds since 1970",
        ) from error
    if moment.tm_year < _FIRST_YEAR:
        return (_FIRST_YEAR, 1, 1, 0, 0, 0)
    if moment.tm_year > _LAST_YEAR:
        return (_LAST_YEAR, 12, 31, 23, 59, 58)
    return moment[:6]


def _too_large(
    path: Path, size: int, max_size: float, weights: Mapping[str, int]
) -> SubmissionError:
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:3]
    listed = ", ".join(f"{name} ({weight / MEGABYTE:.1f} MB)" for name, weight in heaviest)
    return SubmissionError(
        f"{path.name} would be {size / MEGABYTE:.1f} MB; at most {max_size:g} MB may be handed in",
        hint=f"shrink what weighs most: {listed}; in a notebook, clear outputs that the report "
        "doesn't need or draw figures at fewer dots per inch",
    )
