"""Where on the page a finding belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_ID = re.compile(r'\bid="([^"]+)"')
_QUOTED = re.compile(r"""["']([^"'\s]+)["']""")


def ids(html: str) -> list[str]:
    """The ids of a page, in its order."""
    return _ID.findall(html)


def anchor(file: Path, line: int | None, known: Iterable[str]) -> str | None:
    """The id of the element that a line of a source made, as far as it can be told.

    A comment made the answer that is called after its file. In a template it is what the line, or
    the nearest one above it, names in quotes: an id, or the tail that a macro puts a prefix to.

    Args:
        file: the source.
        line: from 1; None: its first.
        known: the page's ids.
    """
    by_tail: dict[str, str] = {}
    for name in reversed(list(known)):
        tails = [name[at + 1 :] for at, sign in enumerate(name) if sign == "-"]
        by_tail |= dict.fromkeys([*tails, name], name)
    if file.suffix == ".md":
        return by_tail.get(file.stem)
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for text in reversed(lines[: line or 1]):
        for quoted in _QUOTED.findall(text):
            if quoted in by_tail:
                return by_tail[quoted]
    return None
