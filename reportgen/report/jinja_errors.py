"""From a failure inside Jinja to the line of a template that a person can mend."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError

from reportgen.errors import TemplateError
from reportgen.report.filters import OTHER_WORDS
from reportgen.report.places import (
    DELIMITER,
    SUFFIXES,
    did_you_mean,
    lines_of,
    mistake,
    mistake_anywhere,
)

_QUOTED = re.compile(r"'([^']+)'")
# The messages of Jinja that name something which could be spelt otherwise, and its kind.
_UNKNOWN = re.compile(r"^(?:no|encountered unknown|there is no) (filter|test|tag|file)\b")
# An expression may be spread over several lines; Jinja reports the one where it begins.
_LONGEST_EXPRESSION = 8


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
    lines = lines_of(path)
    for number in range(line, min(line + _LONGEST_EXPRESSION, len(lines) + 1)):
        text = lines[number - 1]
        begin = DELIMITER.search(text)
        if found := word.search(text, begin.start() if begin else 0):
            return number, found.start() + 1
    return None
