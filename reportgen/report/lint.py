"""The check of a whole report: what its author should still look at."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from reportgen.errors import TemplateError
from reportgen.findings import Finding
from reportgen.report.lint_answers import answer_findings
from reportgen.report.lint_numbers import number_findings
from reportgen.report.lint_page import mistake_findings, picture_findings
from reportgen.report.lint_words import english_findings, spelling_findings
from reportgen.report.manuscript import Manuscript
from reportgen.report.renderer import Renderer
from reportgen.report.review import Review
from reportgen.report.spelling import Speller, SpellingUnavailable


@dataclass(frozen=True)
class Check:
    """What was found, and what couldn't be looked for.

    Attributes:
        findings: in the order of the files and their lines.
        notes: what wasn't checked, why, and what would help.
    """

    findings: list[Finding]
    notes: list[str]


def check(manuscript: Manuscript, renderer: Renderer | None = None) -> Check:
    """Everything that can be found in a report's words and pages.

    Args:
        manuscript: what is checked.
        renderer: a warm one, if there is one; it stays open.
    """
    with nullcontext(renderer) if renderer else Renderer() as page:
        review, notes = _review(manuscript, page), []
    findings = [
        *mistake_findings(review),
        *answer_findings(manuscript, review.answers),
        *number_findings(manuscript),
        *english_findings(manuscript),
    ]
    if review.html is not None:
        findings += picture_findings(manuscript, review.html)
    else:
        notes.append(
            "references, pictures and empty answers were not checked: the page can't be composed"
        )
    try:
        findings += spelling_findings(manuscript, Speller.of_system())
    except SpellingUnavailable as reason:
        notes.append(f"spelling was not checked: {reason}")
    return Check(findings, notes)


def _review(manuscript: Manuscript, renderer: Renderer) -> Review:
    """The page's review; going over its time or memory is a mistake as well."""
    try:
        return renderer.review(manuscript.templates, manuscript.context)
    except TemplateError as error:
        return Review([("template", error)], None, {})
