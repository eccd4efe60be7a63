"""Whether the questions are answered, by the author, and for these measurements."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reportgen.errors import Place
from reportgen.findings import Finding, error, warning
from reportgen.report.comments import Comment
from reportgen.report.manuscript import Manuscript

_TAG = re.compile(r"<[^>]*>")


def answer_findings(manuscript: Manuscript, answers: Mapping[str, str]) -> list[Finding]:
    """A finding for each question whose answer is missing, a draft, or of another run.

    Args:
        manuscript: the comments and their measurements.
        answers: the HTML that each comment makes, by question, as far as it is known.
    """
    findings = []
    for comment in manuscript.comments:
        html = answers.get(comment.question)
        if html is not None and not _TAG.sub("", html).strip():
            findings.append(_unanswered(comment))
        elif comment.is_draft:
            findings.append(_draft(comment))
        elif comment.confirmed is None:
            findings.append(_unconfirmed(comment))
        if comment.confirmed is not None and comment.confirmed != manuscript.digest(comment):
            findings.append(_other_results(comment, manuscript.subjects(comment)))
    return findings


def _unanswered(comment: Comment) -> Finding:
    return error(
        "unanswered",
        Place(comment.path, comment.first_line),
        f"the question has no answer: {comment.title}",
        "write it below the front matter; `reportgen show` lists the values to cite",
    )


def _draft(comment: Comment) -> Finding:
    if comment.state == "borrador":
        message = "the answer is still the draft made from the measurements"
        fix = "make the text your own, then set `estado: revisado`"
    else:
        message = "the answer says `revisado`, but it holds nothing but the draft"
        fix = "write an answer of your own in place of the `drafts` expression"
    return error("draft", comment.place("estado"), message, fix)


def _unconfirmed(comment: Comment) -> Finding:
    return warning(
        "unconfirmed",
        comment.place("estado"),
        "nothing says for which results the answer was written",
        "read it beside the results, then run `reportgen check --confirm FILE`",
    )


def _other_results(comment: Comment, subjects: list[str]) -> Finding:
    return error(
        "other-results",
        comment.place("confirmado"),
        f"the answer was written for other results of {' or '.join(subjects)}",
        "read it beside the new ones, then run `reportgen check --confirm FILE`",
    )
