"""Where settings were written: the file, and the place of a wrong one in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.errors import Place, UsageError, pointed

_QUOTED = re.compile(r"'([^']+)'")
_SECTION = re.compile(r"\s*\[([^\[\]]+)\]")
_SETTING = re.compile(r"\s*([\w\-\"'. ]+?)\s*=\s*")


@dataclass(frozen=True)
class Origin:
    """Where settings were written: to name the place of a wrong one.

    Attributes:
        file: the settings file.
        text: its content.
        overrides: dotted key → value of the command line.
    """

    file: Path
    text: str
    overrides: Mapping[str, str]

    def place(self, keys: Sequence[str]) -> Place | None:
        """The place of a dotted key; None where the command line set it."""
        return self._place(keys, value=False)

    def mistake(
        self, message: str, keys: Sequence[str], *, hint: str | None = None, value: bool = False
    ) -> UsageError:
        """The error for a setting, at its key or its ``value``, with the line and a caret."""
        return self._error(message, self._place(keys, value=value), hint)

    def placed(self, error: UsageError) -> UsageError:
        """``error``, at the setting whose value it quotes if it has no place of its own."""
        for name in _QUOTED.findall(error.message) if error.place is None else ():
            value = re.compile(rf"=\s*([\"']){re.escape(name)}\1")
            for number, line in enumerate(self.text.splitlines(), start=1):
                found = value.search(line)
                if found and name not in self.overrides.values():
                    place = Place(self.file, number, found.start(1) + 1)
                    return self._error(error.message, place, error.hint)
        return error

    def _place(self, keys: Sequence[str], *, value: bool) -> Place | None:
        dotted = ".".join(keys)
        if any(f"{override}.".startswith(f"{dotted}.") for override in self.overrides):
            return None
        return Place(self.file, *(_find(self.text, keys, value=value) or ()))

    def _error(self, message: str, place: Place | None, hint: str | None) -> UsageError:
        if place and place.line and place.column:
            message = pointed(message, self.text.splitlines()[place.line - 1], place.column)
        return UsageError(message, place=place, hint=hint)


def read(file: Path) -> tuple[str, dict[str, Any]]:
    """A TOML file's text and what it holds; raises UsageError with the place of a mistake."""
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        shown = raw.decode("utf-8", errors="replace").splitlines()[line - 1]
        raise UsageError(
            pointed("the settings aren't UTF-8 text", shown, column),
            place=Place(file, line, column),
            hint="save them as UTF-8",
        ) from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(file, text, str(error)) from None


def _syntax(file: Path, text: str, message: str) -> UsageError:
    """The error for text that isn't TOML; tomllib tells the place in words."""
    hint = "a section is [name], a setting name = value, a text stands between quotation marks"
    lines = text.splitlines() or [""]
    what, _, where = message.rpartition(" (at ")
    numbers = [int(number) for number in re.findall(r"\d+", where)]
    line, column = numbers or (len(lines), len(lines[-1]) + 1)  # at the end of the document
    told = pointed(what, lines[line - 1], column)
    return UsageError(told, place=Place(file, line, column), hint=hint)


def _find(text: str, keys: Sequence[str], *, value: bool) -> tuple[int, int] | None:
    """Line and column of a dotted key or of its value, or else of its section."""
    header: list[str] = []
    found = None
    for number, line in enumerate(text.splitlines(), start=1):
        if section := _SECTION.match(line):
            header = _names(section[1])
            if header == list(keys[: len(header)]):
                found = found or (number, section.start(1) + 1)
        elif setting := _SETTING.match(line):
            names = [*header, *_names(setting[1])]
            if names == list(keys[: len(names)]):
                return number, (setting.end() if value else setting.start(1)) + 1
    return found


def _names(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
