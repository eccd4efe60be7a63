"""From a mistake in a template, a comment or the style to the line a person can mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from reportgen.errors import Place, TemplateError, pointed
from reportgen.report.hints import hint_for

SUFFIXES = (".j2", ".md", ".css")
_NOTE = re.compile(r"\{#.*?#\}", re.DOTALL)
DELIMITER = re.compile(r"\{[{%]")


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
    lines = lines_of(path)
    if not 1 <= line <= len(lines):
        return TemplateError(message, place=Place(path, line), hint=hint_for(message))
    text = lines[line - 1]
    if column is None:
        found = DELIMITER.search(text)
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


def lines_of(path: Path) -> list[str]:
    """The file's lines; none where it can't be read."""
    return _text(path).splitlines()


def _printed_lines(path: Path) -> list[str]:
    """The lines with their ``{# … #}`` blanked: what stands in a note isn't on the page."""
    if path.suffix == ".css":
        return lines_of(path)
    blank = _NOTE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), _text(path))
    return blank.splitlines()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
