"""Style sheets: brackets that don't match, fonts that aren't there, and the mark of a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from reportgen.fonts import font_faces

CLOSES = {"{": "}", "(": ")", "[": "]"}
_PIECE = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\.|[(){}\[\]]", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/|!\s*important", re.DOTALL)
_FONTS = re.compile(r"(?<![\w-])font(-family)?\s*:([^;{}]*)", re.IGNORECASE)
_FAMILY = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s,\"'!][^,\"'!]*)")
_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.IGNORECASE)
_GENERIC = {"inherit", "initial", "unset", "revert"}
_MARK = re.compile(r'<style data-borrador="([^"]*)">[^<]*</style>\Z')
_SEPARATOR = " — "
# Important, so that a report's own style can't take the mark away by accident.
_RULE = """@page {{ @bottom-left {{
  content: "{text}" !important; width: 78% !important; vertical-align: top !important;
  padding-top: 5mm !important; font: 700 8pt "Source Sans Pro" !important;
  letter-spacing: 0.03em !important; text-align: left !important; color: #9b1c1c !important;
}} }}"""


def unbalanced(css: str) -> tuple[str, int] | None:
    """The first bracket without its partner and its offset; None if all match.

    A browser drops all that follows such a bracket without a word.
    """
    opened: list[re.Match[str]] = []
    for found in _PIECE.finditer(css):
        if found[0] in CLOSES:
            opened.append(found)
        elif found[0] in CLOSES.values():
            if not opened or CLOSES[opened[-1][0]] != found[0]:
                wrong = opened[-1] if opened else found
                return wrong[0], wrong.start()
            opened.pop()
    return (opened[0][0], opened[0].start()) if opened else None


def unknown_family(css: str) -> tuple[str, int] | None:
    """The first font family that is neither the report's nor the sheet's own, and its offset.

    Such a family would be replaced by another one without a word.
    """
    known = {face.family.casefold() for face in font_faces()} | _GENERIC
    bare = _COMMENT.sub(lambda comment: " " * len(comment[0]), css)
    own = [declared[2] for face in _FACE.findall(bare) for declared in _FONTS.finditer(face)]
    known |= {found[0].strip("\"' ").casefold() for name in own for found in _FAMILY.finditer(name)}
    for declaration in _FONTS.finditer(bare):
        for found in _FAMILY.finditer(declaration[2]):
            quoted = found[1] if found[1] is not None else found[2]
            if quoted is None and not declaration[1]:
                continue  # of the shorthand, what isn't quoted may be a size or a weight
            name = quoted if quoted is not None else found[3].strip()
            if name.casefold() not in known:
                return name, declaration.start(2) + found.start()
    return None


def mark(html: str, reasons: Sequence[str]) -> str:
    """``html`` with a style sheet that prints ``reasons`` at the foot of each page."""
    if not reasons:
        return html
    text = "".join(
        letter if letter.isalnum() or letter in " ·—" else f"\\{ord(letter):06x}"
        for letter in _SEPARATOR.join(reasons)
    )
    return f'{html}<style data-borrador="{text}">{_RULE.format(text=text)}</style>'


def unmarked(html: str, pages: Iterable[Any]) -> int | None:
    """The first of WeasyPrint's pages, from 1, that lacks the mark of ``html``; None: none."""
    found = _MARK.search(html)
    if found is None:
        return None
    wanted = re.sub(r"\\([0-9a-f]{6})", lambda code: chr(int(code[1], 16)), found[1])
    for number, page in enumerate(pages, start=1):
        if _letters(wanted) not in _letters(_margins(page)):
            return number
    return None


def _margins(page: Any) -> str:
    """What stands in a page's margins; WeasyPrint has no public way to its boxes."""
    from weasyprint.formatting_structure.boxes import (
        MarginBox,
        TextBox,
    )

    margins = [box for box in page._page_box.children if isinstance(box, MarginBox)]
    inner = [piece for box in margins for piece in box.descendants() if isinstance(piece, TextBox)]
    return "".join(piece.text for piece in inner)


def _letters(text: str) -> str:
    """Without blanks, which a line's end swallows."""
    return "".join(text.split())
