"""Every text in a notebook, and where it stands: source, outputs, metadata."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

_BINARY = re.compile(r"(?:image|audio|video|font)/(?!svg)|application/(?:pdf|octet-stream|zip)")
_EMBEDDED = re.compile(r"data:[\w/+.;=-]*;base64,[A-Za-z0-9+/=\s]*")
_LIBRARY = re.compile(r"<script[^>]*>[^<]{20000,}</script>", re.IGNORECASE)
_MARKUP = {"text/html", "text/markdown", "image/svg+xml"}
_WHOLE = {"source", "text", "traceback", "ename", "evalue"}


@dataclass(frozen=True)
class Text:
    """A text, its area (``source``, ``output`` or ``metadata``) and its place in words."""

    area: str
    place: str
    content: str


def texts(notebook: dict[str, Any]) -> Iterator[Text]:
    """All texts of a notebook, however malformed; what is binary (pictures) is left out."""
    for number, cell in enumerate(cells(notebook), start=1):
        place = f"cell {number}"
        yield Text("source", place, joined(cell.get("source")))
        yield Text("output", f"{place}, output", _flat(cell.get("outputs"), "outputs"))
        rest = {key: cell[key] for key in cell.keys() - {"source", "outputs", "attachments"}}
        yield Text("metadata", f"{place}, metadata", _flat(rest, "cell"))
    rest = {key: notebook[key] for key in notebook.keys() - {"cells"}}
    yield Text("metadata", "the notebook's metadata", _flat(rest, "notebook"))


def cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells that are cells at all."""
    found = notebook.get("cells")
    return [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else []


def joined(text: Any, separator: str = "") -> str:
    """A notebook's multi-line string, which may be a list of pieces with their line ends."""
    if isinstance(text, list):
        return separator.join(piece for piece in text if isinstance(piece, str))
    return text if isinstance(text, str) else ""


def _flat(value: Any, key: str) -> str:
    """The strings below ``value``, a line each: texts as they are, others as ``key = "value"``."""
    return "\n".join(_lines(value, key))


def _lines(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for inner_key, inner in value.items():
            if not _BINARY.match(inner_key):
                if isinstance(inner, dict):
                    yield inner_key
                yield from _lines(inner, inner_key)
    elif key in _WHOLE or key.startswith(("text/", "image/svg")):
        yield _readable(joined(value, "\n" if key == "traceback" else ""), key)
    elif isinstance(value, list):
        for item in value:
            yield from _lines(item, key)
    elif isinstance(value, str):
        yield f'{key} = "{_readable(value, key)}"'


def _readable(text: str, key: str) -> str:
    text = _EMBEDDED.sub("data:", click.unstyle(text))
    if key in _MARKUP:
        text = html.unescape(_LIBRARY.sub("", text))
    return text
