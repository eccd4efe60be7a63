"""WeasyPrint's warnings as errors with a place."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reportgen.errors import TemplateError
from reportgen.report.fetcher import TYPES
from reportgen.report.places import did_you_mean, mistake, mistake_at_text, sources

_CSS_PLACE = re.compile(r" at (\d+):(\d+)")
_DECLARATION = re.compile(r"^Ignored `([\w-]+):")
# What each warning quotes of the page, by which its place is found.
_QUOTES = (
    re.compile(r"""^Image "(?P<text>[^"]*)" has no required alt"""),
    re.compile(r"^Anchor defined twice: '(?P<text>[^']+)'"),
    re.compile(r"undefined anchor '(?P<text>[^']+)'"),
    re.compile(r"""^\.notdef glyph rendered .*"(?P<text>.)" \(U\+"""),
    re.compile(r"^No anchor #(?P<text>\S+) for internal"),
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
    path = unquote(urlsplit(url).path)
    base = folders[0].resolve().as_uri() + "/"
    shown = unquote(url.removeprefix(base))
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in TYPES]
    known = [file.relative_to(f).as_posix() for f in folders for file in files if f in file.parents]
    guess = did_you_mean(shown, known) if "no such file" in reason else ""
    for text in (shown, Path(path).name):
        error = mistake_at_text(f"{reason}: {shown!r}{guess}", text, folders)
        if error.place:
            break
    return error


def _from_warning(message: str, folders: list[Path]) -> TemplateError:
    if found := _CSS_PLACE.search(message):
        line, column = int(found[1]), int(found[2])
        return _in_style(message[: found.start()] + message[found.end() :], line, column, folders)
    for pattern in _QUOTES:
        if quote := pattern.search(message):
            return mistake_at_text(message, quote["text"], folders)
    return TemplateError(message)


def _in_style(message: str, line: int, column: int, folders: list[Path]) -> TemplateError:
    """A fault in a style sheet: WeasyPrint gives the position in a file that it doesn't name."""
    declaration = _DECLARATION.match(message)
    name = declaration[1] if declaration else ""
    if name and "unknown property" in message:
        message += did_you_mean(name, _properties())
    for path in sources(folders):
        if path.suffix != ".css":
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line <= len(lines) and lines[line - 1][column - 1 :].startswith(name):
            return mistake(message, path, line, column)
    return mistake_at_text(message, name, folders)


def _properties() -> list[str]:
    from weasyprint.css.properties import INITIAL_VALUES  # type: ignore[import-untyped]
    from weasyprint.css.validation.expanders import EXPANDERS  # type: ignore[import-untyped]

    return [name.replace("_", "-") for name in (*INITIAL_VALUES, *EXPANDERS)]
