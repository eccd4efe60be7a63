"""What the live page is made from, as the command that serves it finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reportgen.findings import Finding
from reportgen.report.manuscript import Manuscript


@dataclass(frozen=True)
class Reading:
    """A report's measurements and words at one moment.

    Attributes:
        manuscript: the words, and the values that they may cite.
        run: what is to be said of the measurements themselves.
    """

    manuscript: Manuscript
    run: Sequence[Finding]


class Source(Protocol):
    """Gives the report that is shown; its methods may take a while and are called in a thread."""

    root: Path
    """The project's folder."""

    build: Path
    """Where the figures of the measurements lie."""

    templates: Sequence[Path]
    """The folders of the words, the author's own first."""

    def read(self) -> Reading:
        """Settings and measurements as they are now; raises ReportgenError if they don't agree."""

    def typeset(self) -> Path:
        """The PDF of what was read last; raises ReportgenError for a page that can't be set."""
