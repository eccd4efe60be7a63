"""WeasyPrint's warnings as errors with a place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reportgen.errors import TemplateError
from reportgen.report.fetcher import TYPES
from reportgen.report.places import (
    did_you_mean,
    mistake,
    mistake_anywhere,
    mistake_at_text,
    sources,
)

_CSS_PLACE = re.compile(r" at (\d+):(\d+)")
_DECLARATION = re.compile(r"^Ignored `([\w-]+):")
_AT_RULE = re.compile(r"<AtRule (@[\w-]+)[^>]*>")
_AT_RULES = (
    *("@page", "@font-face", "@media", "@import", "@counter-style", "@layer"),
    *("@top-left", "@top-center", "@top-right", "@bottom-left", "@bottom-center", "@bottom-right"),
    *("@left-top", "@left-middle", "@left-bottom", "@right-top", "@right-middle", "@right-bottom"),
)
_SELECTOR = re.compile(r"^Invalid or unsupported selector, '(.*)'$", re.DOTALL)
_NESTED = re.compile(r":is\([^)]*\)\s*|\n")
# What each warning quotes of the page, by which its place is found, and what we say instead.
_QUOTES = (
    (r'^Image "([^"]*)" has no required alt', "the picture {!r} has no alternative text (alt)"),
    (r"^Failed to load image at '([^']+)'", "the picture {!r} can't be read"),
    (r"^Failed to render SVG image (\S+)", "the picture {!r} can't be drawn"),
    (r"^Anchor defined twice: '([^']+)'", "the id {!r} stands twice"),
    (r"^\.notdef glyph rendered .*\"(.)\" \(U\+", "no font of the page has the sign {!r}"),
    (r"(?:undefined anchor '|No anchor #)([^'\s]+)", "the reference '#{}' leads nowhere"),
)


def from_warnings(messages: list[str], folders: list[Path]) -> TemplateError:
    """One error for all that WeasyPrint warned of: the first in full, the number of the others."""
    first = _from_warning(messages[0], folders)
    others = len(set(messages)) - 1
    if others:
        plural = "faults" if others > 1 else "fault"
        first.hint = f"{others} more {plural} on the page; mend this one first"
    return first


def from_fetch(url: str, reason: str, folders: list[Path]) -> TemplateError:
    """The error for a file or an address that the page may not, or can't, open."""
    shown = _shown(url, folders)
    guess = did_you_mean(shown, _pictures(folders)) if "no such file" in reason else ""
    return mistake_at_text(f"{reason}: {shown!r}{guess}", _traces(url, shown), folders)


def _from_warning(message: str, folders: list[Path]) -> TemplateError:
    if found := _CSS_PLACE.search(message):
        line, column = int(found[1]), int(found[2])
        return _in_style(message[: found.start()] + message[found.end() :], line, column, folders)
    if selector := _SELECTOR.search(message):
        piece = max(_NESTED.split(selector[1]), key=len).strip()
        return mistake_at_text(f"the selector {piece!r} can't be read", [piece], folders)
    for pattern, saying in _QUOTES:
        if quote := re.search(pattern, message):
            shown = _shown(quote[1], folders)
            return mistake_at_text(saying.format(shown), _traces(quote[1], shown), folders)
    return mistake_anywhere(message)


def _in_style(message: str, line: int, column: int, folders: list[Path]) -> TemplateError:
    """A fault in a style sheet: WeasyPrint gives the position in a file that it doesn't name."""
    message = message.rstrip(".")
    at_rule, declaration = _AT_RULE.search(message), _DECLARATION.match(message)
    name = at_rule[1] if at_rule else declaration[1] if declaration else ""
    if at_rule:
        message = _AT_RULE.sub(name, message) + did_you_mean(name, _AT_RULES)
    elif name and "unknown property" in message:
        message += did_you_mean(name, _properties())
    for path in sources(folders):
        if path.suffix != ".css":
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line <= len(lines) and lines[line - 1][column - 1 :].startswith(name):
            return mistake(message, path, line, column)
    return mistake_at_text(message, [name], folders)


def _shown(url: str, folders: list[Path]) -> str:
    """An address as the author wrote it, where it lies below the first folder."""
    return unquote(url.removeprefix(folders[0].resolve().as_uri() + "/"))


def _traces(url: str, shown: str) -> Iterable[str]:
    """What to search the sources for, the surest first."""
    path = unquote(urlsplit(url).path)
    name = Path(path).name
    return (f'"{shown}"', shown, path, f"/{name}", name if "." in name else "")


def _pictures(folders: list[Path]) -> list[str]:
    return [
        file.relative_to(folder).as_posix()
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in TYPES
    ]


def _properties() -> list[str]:
    from weasyprint.css.properties import INITIAL_VALUES
    from weasyprint.css.validation.expanders import EXPANDERS

    return [name.replace("_", "-") for name in (*INITIAL_VALUES, *EXPANDERS)]
