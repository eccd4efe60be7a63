"""The one error family: what was wrong, where, what to do, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """The exit codes of the command line, one a phase (the README explains each)."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    DATA = 3
    RUN = 4
    DISK_FULL = 5
    TEMPLATE = 6
    SUBMISSION = 7
    INTERNAL = 70
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True)
class Place:
    """A position in a file; lines and columns count from 1."""

    file: Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [str(self.file), *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


def pointed(message: str, line: str, column: int) -> str:
    """``message`` with the line that it speaks of, and a caret below a column (from 1)."""
    # Tabs stay tabs in front of the caret, so that it stands below its sign in any terminal.
    lead = "".join("\t" if sign == "\t" else " " for sign in line[: column - 1])
    return f"{message}\n    {line}\n    {lead}^"


class ReportgenError(Exception):
    """Something that a person can mend: printed without a traceback.

    Args:
        message: what was wrong, in one sentence.
        place: where it was found.
        hint: what to do about it.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(
        self, message: str, *, place: Place | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        located = f"{self.place}: {self.message}" if self.place else self.message
        return f"{located}\n  → {self.hint}" if self.hint else located

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; keyword-only arguments defeat the default pickling.
        return _rebuild, (type(self), self.message, self.place, self.hint)


def _rebuild(
    kind: type[ReportgenError], message: str, place: Place | None, hint: str | None
) -> ReportgenError:
    return kind(message, place=place, hint=hint)


class UsageError(ReportgenError):
    """A name, an option or a setting that can't be used."""


class DataError(ReportgenError):
    """A dataset or pretrained weights that are missing, damaged or unusable."""

    exit_code = ExitCode.DATA


class RunError(ReportgenError):
    """A measurement that failed: a loss that became NaN, memory that ran out."""

    exit_code = ExitCode.RUN


class DiskFullError(ReportgenError):
    """A file that didn't fit on its disk."""

    exit_code = ExitCode.DISK_FULL


class TemplateError(ReportgenError):
    """A mistake in a template, a comment or a style file, or a page that can't be set."""

    exit_code = ExitCode.TEMPLATE


class SubmissionError(ReportgenError):
    """A package that must not be handed in as it is."""

    exit_code = ExitCode.SUBMISSION


class Interrupted(ReportgenError):  # noqa: N818 - an outcome, not a mistake
    """A run that was asked to stop and has saved its state."""

    exit_code = ExitCode.INTERRUPTED
