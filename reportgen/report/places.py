"""From a failure inside a template to the line a person can mend."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError

from reportgen.errors import Place, TemplateError, pointed
from reportgen.report.filters import OTHER_WORDS
from reportgen.report.hints import hint_for

SUFFIXES = (".j2", ".md", ".css")
_QUOTED = re.compile(r"'([^']+)'")
_NOTE = re.compile(r"\{#.*?#\}", re.DOTALL)
_DELIMITER = re.compile(r"\{[{%]")
# The messages of Jinja that name something which could be spelt otherwise, and its kind.
_UNKNOWN = re.compile(r"^(?:no|encountered unknown|there is no) (filter|test|tag|file)\b")
# An expression may be spread over several lines; Jinja reports the one where it begins.
_LONGEST_EXPRESSION = 8


def did_you_mean(
    name: str, candidates: Iterable[str], meaning: Mapping[str, str] | None = None
) -> str:
    """``"; did you mean 'x'?"`` for the candidate nearest to ``name``, else an empty string.

    ``meaning`` has other words for candidates: word → candidate.
    """
    words = meaning or {}
    nearest = get_close_matches(name, sorted({*candidates, *words} - ({name} - {*words})), n=1)
    return f"; did you mean {words.get(nearest[0], nearest[0])!r}?" if nearest else ""


def mistake(message: str, path: Path, line: int, column: int | None = None) -> TemplateError:
    """The error for ``message`` at a place, with the line itself and a caret below the column.

    Without a column the first expression of the line is meant, or else its first word. Lines and
    columns count from 1.
    """
    lines = _lines(path)
    if not 1 <= line <= len(lines):
        return TemplateError(message, place=Place(path, line), hint=hint_for(message))
    text = lines[line - 1]
    if column is None:
        found = _DELIMITER.search(text)
        column = (found.start() if found else len(text) - len(text.lstrip())) + 1
    return TemplateError(
        pointed(message, text, column), place=Place(path, line, column), hint=hint_for(message)
    )


def mistake_anywhere(message: str) -> TemplateError:
    """The error for ``message`` where no place can be told."""
    return TemplateError(message, hint=hint_for(message))


def mistake_at_offset(message: str, path: Path, before: str) -> TemplateError:
    """The error for ``message`` right behind ``before``, the beginning of the file's text."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return mistake(message, path, line, column)


def mistake_at_text(message: str, texts: Iterable[str], folders: Iterable[Path]) -> TemplateError:
    """The error for ``message`` where one of ``texts`` stands first in the sources.

    The first text that is found anywhere decides; where none is, the error has no place.
    """
    return mistakes_at_text(message, texts, folders)[0]


def mistakes_at_text(
    message: str, texts: Iterable[str], folders: Iterable[Path]
) -> list[TemplateError]:
    """The errors for ``message`` in each line with the first of ``texts`` that is found anywhere.

    Where none is found, one error without a place.
    """
    files = [(path, _printed_lines(path)) for path in sources(folders)]
    for text in filter(None, texts):
        whole = re.compile(re.escape(text) + r"(?![\w-])" * text[-1].isalnum())
        found = [
            mistake(message, path, number, at.start() + 1)
            for path, lines in files
            for number, line in enumerate(lines, start=1)
            if (at := whole.search(line))
        ]
        if found:
            return found
    return [mistake_anywhere(message)]


def sources(folders: Iterable[Path]) -> list[Path]:
    """The template, comment and style files below ``folders``, in the folders' order.

    Left out are files that one of an earlier folder replaces, and links that lead out of their
    folder: messages quote what they find.
    """
    found: dict[Path, Path] = {}
    for folder in folders:
        root = folder.resolve()
        for path in sorted(folder.rglob("*")):
            inside = path.suffix in SUFFIXES and path.resolve().is_relative_to(root)
            if inside and path.is_file():
                found.setdefault(path.relative_to(folder), path)
    return list(found.values())


def from_jinja(error: Exception, names: Mapping[str, Iterable[str]]) -> TemplateError:
    """What went wrong while a template was read or rendered, at its own line.

    Jinja's errors carry no column, and run-time errors no line. The line is that of the innermost
    template in the traceback which has the name that the message quotes, the column that name's.

    Args:
        error: as it was raised out of Jinja, with its traceback.
        names: what a misspelt ``tag``, ``filter``, ``test`` or ``file`` could have been meant to
            be.
    """
    if isinstance(error, TemplateError):
        return error
    message = _message(error)
    quoted = _QUOTED.search(message)
    name = quoted[1] if quoted else ""
    if unknown := _UNKNOWN.match(message):
        kind = unknown[1]
        words = OTHER_WORDS if kind == "filter" else None
        message = message.rstrip(".") + did_you_mean(name, names[kind], words)
    frames = _template_frames(error)
    for path, line in frames:
        if found := _find(name, path, line):
            return mistake(message, path, *found)
    return mistake(message, *frames[0]) if frames else mistake_anywhere(message)


def _message(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no file {error.name!r} among the templates"
    if isinstance(error, TemplateSyntaxError):
        message = re.sub(r" at \d+$", "", str(error.message))
        return message[0].lower() + message[1:]
    if isinstance(error, RecursionError):
        return "the template includes or calls itself without end"
    if isinstance(error, MemoryError):
        return "the template needs more memory than it is given"
    return str(error) or type(error).__name__


def _template_frames(error: Exception) -> list[tuple[Path, int]]:
    """The template lines that were being read or rendered, innermost first."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return [(Path(error.filename), error.lineno)]
    frames = traceback.extract_tb(error.__traceback__)
    return [
        (Path(frame.filename), frame.lineno or 1)
        for frame in reversed(frames)
        if frame.filename.endswith(SUFFIXES)
    ]


def _find(name: str, path: Path, line: int) -> tuple[int, int] | None:
    """The line and column of ``name``, as a whole word, from the reported line on."""
    if not name:
        return None
    before, after = (r"(?<!\w)" * name[0].isalnum(), r"(?!\w)" * name[-1].isalnum())
    word = re.compile(before + re.escape(name) + after)
    lines = _lines(path)
    for number in range(line, min(line + _LONGEST_EXPRESSION, len(lines) + 1)):
        text = lines[number - 1]
        begin = _DELIMITER.search(text)
        if found := word.search(text, begin.start() if begin else 0):
            return number, found.start() + 1
    return None


def _printed_lines(path: Path) -> list[str]:
    """The lines with their ``{# … #}`` blanked: what stands in a note isn't on the page."""
    if path.suffix == ".css":
        return _lines(path)
    blank = _NOTE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), _text(path))
    return blank.splitlines()


def _lines(path: Path) -> list[str]:
    return _text(path).splitlines()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
