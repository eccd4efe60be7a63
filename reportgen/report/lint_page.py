"""Mistakes on the page as it is composed: expressions, references, pictures without words."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from reportgen.findings import Finding, error
from reportgen.report.manuscript import Manuscript
from reportgen.report.places import mistake_at_text
from reportgen.report.review import Kind, Review

_FIXES: dict[Kind, str] = {
    "expression": "`reportgen show` lists every value with the expression that prints it",
    "reference": "the ids are those of the page's tables, figures, listings and sections",
    "template": "mend it; what stands behind it could not be checked",
}


def mistake_findings(review: Review) -> list[Finding]:
    """A finding for each expression, reference or template that can't be used."""
    return [
        error(
            kind,
            mistake.place or "templates",
            mistake.message.split("\n", 1)[0],  # behind it come the line and its caret
            mistake.hint or _FIXES[kind],
        )
        for kind, mistake in review.mistakes
    ]


def picture_findings(manuscript: Manuscript, html: str) -> list[Finding]:
    """A finding for each picture on the page without alternative text."""
    return [
        _wordless(source, manuscript) for source, alt in pictures(html) if not (alt or "").strip()
    ]


def pictures(html: str) -> list[tuple[str, str | None]]:
    """The address and the alternative text of each picture."""
    reader = _Pictures()
    reader.feed(html)
    return reader.found


def _wordless(source: str, manuscript: Manuscript) -> Finding:
    traces = [source, *_names(source, manuscript)]
    place = mistake_at_text("", traces, manuscript.templates).place
    return error(
        "alt-text",
        place or str(Path(source)),
        f"the picture {source} has no alternative text",
        'say in words what it shows: ![alternative text](file), or alt="…" in a template',
    )


def _names(source: str, manuscript: Manuscript) -> Iterator[str]:
    """How templates name a figure of the results: with the experiment, or by its own name."""
    for value in manuscript.values:
        if value.value == source and value.path[-1] == "file":
            yield value.name.removesuffix(".file")
            yield ".".join(map(str, value.path[1:-1]))


class _Pictures(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            attributes = dict(attrs)
            self.found.append((attributes.get("src") or "", attributes.get("alt")))
