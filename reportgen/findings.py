"""What a check finds: a stable code, how bad it is, what to do, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reportgen.errors import Place


class Severity(StrEnum):
    """How bad a finding is: an error must be mended, a warning should be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing wrong.

    Attributes:
        code: a stable name for this kind of finding.
        severity: how bad it is.
        message: what it is.
        fix: what to do about it.
        where: the file, or whatever else it was found in.
        line: in the file, from 1; None where there is none to name.
        column: in the line, from 1.
    """

    code: str
    severity: Severity
    message: str
    fix: str
    where: str
    line: int | None = None
    column: int | None = None

    @property
    def place(self) -> str:
        """``file:line:column``, as far as it is known."""
        known = [self.where, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(known)


def error(code: str, where: str | Place, message: str, fix: str) -> Finding:
    """A finding that must be mended."""
    return _finding(Severity.ERROR, code, where, message, fix)


def warning(code: str, where: str | Place, message: str, fix: str) -> Finding:
    """A finding that should be looked at."""
    return _finding(Severity.WARNING, code, where, message, fix)


def _finding(severity: Severity, code: str, where: str | Place, message: str, fix: str) -> Finding:
    if isinstance(where, str):
        return Finding(code, severity, message, fix, where)
    return Finding(code, severity, message, fix, str(where.file), where.line, where.column)
