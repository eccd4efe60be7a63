"""The page for a screen: what is printed, with the print's fonts and the paper around it."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files

from reportgen.fonts import FontFace, font_faces

_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=")([^":?#]+)(")')
# What the figures' labels are written in; everything else is left to the system's fonts.
_LETTERS = (
    *range(0x20, 0x17F),
    *range(0x370, 0x400),
    *range(0x2010, 0x2040),
    *range(0x2190, 0x2270),
)
_NOTHING = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>No page yet</title></head>
<body><p>There is no page to show yet.</p></body></html>
"""


def on_screen(html: str, version: Callable[[str], str]) -> str:
    """The report's HTML as it is shown.

    Args:
        html: the report; empty: there is none yet.
        version: of a picture's address gives what changes with its content.
    """
    html = _PICTURE.sub(
        lambda found: f"{found[1]}{found[2]}?{escape(version(found[2]))}{found[3]}",
        html or _NOTHING,
    )
    style = f"<style>{font_rules()}\n{_screen()}</style>"
    return _HEAD_END.sub(lambda end: style + end[0], html, count=1)


def font_rules() -> str:
    """CSS for the faces of the page, at the addresses ``fonts/0``, ``fonts/1``, …"""
    return "\n".join(_rule(face, f"fonts/{n}") for n, face in enumerate(font_faces()))


def with_fonts(svg: str) -> str:
    """A figure with its fonts inside: a browser lends a picture none of the page's."""
    used = [face for face in font_faces() if _uses(svg, face)]
    rules = "".join(_rule(face, _embedded(face)) for face in used)
    return re.sub(r"(<svg\b[^>]*>)", rf"\1<style>{rules}</style>", svg, count=1)


def _uses(svg: str, face: FontFace) -> bool:
    weight = face.weight == 400 or f"font-weight: {face.weight}" in svg
    style = face.style == "normal" or face.style in svg
    return f"'{face.family}'" in svg and weight and style


def _rule(face: FontFace, address: str) -> str:
    return (
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};'
        f'font-style:{face.style};src:url("{address}")}}'
    )


@cache
def _embedded(face: FontFace) -> str:
    """The face's letters that labels use, as an address that is data."""
    from fontTools import subset

    options = subset.Options(layout_features=["kern", "lnum", "tnum"], hinting=False)
    options.drop_tables += ["FFTM"]  # a font editor's own dates
    font = subset.load_font(face.path, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_LETTERS)
    subsetter.subset(font)
    stream = io.BytesIO()
    font.save(stream)
    return f"data:font/ttf;base64,{base64.b64encode(stream.getvalue()).decode()}"


@cache
def _screen() -> str:
    return (files("reportgen.preview") / "static" / "paper.css").read_text(encoding="utf-8")
