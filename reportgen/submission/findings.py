"""What reading a submission back finds, and how much of it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from reportgen.findings import Finding, error

_KINDS = {"zip": "zip", "pdf": "PDF", "notebook": "notebook"}
_REMAKE = {
    "zip": "make the zip again with `reportgen zip`, or with your system's own tool",
    "pdf": "make the PDF again with `reportgen build`, or export it again from your editor",
    "notebook": "export the notebook again (.ipynb) and open it once to see that it works",
}


@dataclass(frozen=True)
class Limits:
    """How much is accepted, and how much is read at all. Sizes are in bytes of 10⁶ a MB."""

    zip_size: int = 50_000_000
    notebooks: int = 3  # how many the course asks for
    entries: int = 200
    unpacked_size: int = 300_000_000
    ratio: int = 100
    pdf_size: int = 50_000_000
    pages: int = 300
    notebook_size: int = 30_000_000
    output_size: int = 5_000_000  # of one cell
    seconds: float = 30.0  # for one file
    memory: int = 2_000_000_000  # of the process that reads


@dataclass(frozen=True)
class Report:
    """What is known of one submission; findings stand with the errors first.

    ``person`` and ``identifier`` are Moodle's full name and participant number where the submission
    came in a bulk download.
    """

    source: str
    name: str | None
    person: str | None
    identifier: str | None
    run_id: str | None
    pages: int | None
    notebooks: tuple[str, ...]
    findings: tuple[Finding, ...]


class Unreadable(Exception):  # noqa: N818 - a verdict on a file, not a mistake of ours
    """A stranger's file that can't be read; the message is the reason in a few words."""

    verdict: ClassVar[str] = "unreadable"


class TooCostly(Unreadable):
    """A file that asks for more time or memory than it may have, or that kills its reader."""

    verdict = "too-costly"


def unreadable(kind: str, where: str, problem: Unreadable) -> Finding:
    """The finding for a file of ``kind`` zip, pdf or notebook that can't be read."""
    message = f"the {_KINDS[kind]} can't be read: {printable(str(problem))}"
    return error(f"{kind}-{problem.verdict}", where, message, _REMAKE[kind])


def printable(text: str, length: int = 120) -> str:
    """A stranger's text fit for a terminal: nothing invisible or controlling, cut to ``length``."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)


def listed(items: Iterable[object], most: int = 8, separator: str = ", ") -> str:
    """Items in a sentence, the first few of them: ``a, b and 3 more``."""
    texts = [printable(str(item)) for item in items]
    shown = separator.join(texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"
