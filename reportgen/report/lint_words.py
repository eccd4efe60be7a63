"""Words: English ones that have a Spanish name, and misspelt ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reportgen.findings import Finding, warning
from reportgen.report.comments import Comment
from reportgen.report.manuscript import Manuscript
from reportgen.report.prose import Paragraph, paragraphs
from reportgen.report.spelling import Speller

# A word: letters, with hyphens inside; not a piece of an address, a path or an identifier.
_WORD = re.compile(r"(?<![\w./@\\-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w@\\]|[./]\w|-\w)")
_NAME = re.compile(r".[^\W\d_-]*[A-ZÁÉÍÓÚÑÜ]|\w+-[A-Z]")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?…:¿¡«“(\N{EM DASH}])\s*$")
_BEFORE = 8
# The foreign term behind the Spanish one: «sobreajuste (overfitting)».
_GLOSS = re.compile(r"(?<=\w)\s\((?:[^\W\d_]|[\s-]){1,40}\)")


def english_findings(manuscript: Manuscript) -> list[Finding]:
    """A finding for each English word of the list that stands neither in italics nor as code.

    Behind the Spanish term, in parentheses, an English one is at its place.
    """
    return [
        finding
        for comment in manuscript.comments
        for paragraph in paragraphs(comment)
        for finding in _english(paragraph)
    ]


def spelling_findings(manuscript: Manuscript, speller: Speller) -> list[Finding]:
    """A finding for each word that the dictionary doesn't know, once a comment.

    Left out are italics, code, foreign terms in parentheses behind Spanish ones, names (capitals
    inside a sentence or a word), the words of the results (classes, datasets), and what is found
    as English.
    """
    own = {
        word.casefold()
        for value in manuscript.values
        if isinstance(value.value, str) and len(value.value) <= 40
        for word in _WORD.findall(value.value)
    }
    return [
        finding for comment in manuscript.comments for finding in _misspelt(comment, speller, own)
    ]


def _english(paragraph: Paragraph) -> Iterator[Finding]:
    spanish, pattern = _english_words()
    for found in pattern.finditer(paragraph.text):
        if paragraph.emphasised[found.start()] or _is_gloss(found):
            continue
        word = " ".join(found[0].split())
        meaning = spanish[word.lower()]
        fix = f"in Spanish: {meaning}; or set it in italics" if meaning else "set it in italics"
        yield warning(
            "english",
            paragraph.place(found.start()),
            f"{word!r} is English",
            f"{fix}: *{word}*",
        )


def _misspelt(comment: Comment, speller: Speller, own: set[str]) -> Iterator[Finding]:
    seen = own | set(_english_words()[0])
    for paragraph in paragraphs(comment):
        for found in _WORD.finditer(paragraph.text):
            word, key = found[0], found[0].casefold()
            if key in seen or paragraph.emphasised[found.start()]:
                continue
            if _is_name(found) or _is_gloss(found):
                continue
            if speller.knows(word):
                continue
            seen.add(key)
            near = speller.suggestions(word)
            fix = f"did you mean {' or '.join(near)}? " if near else ""
            yield warning(
                "spelling",
                paragraph.place(found.start()),
                f"{word!r} isn't in the dictionary",
                f"{fix}What is a name or foreign stands in *italics* or as `code`.",
            )


def _is_gloss(found: re.Match[str]) -> bool:
    return any(
        gloss.start() < found.start() < gloss.end() for gloss in _GLOSS.finditer(found.string)
    )


def _is_name(found: re.Match[str]) -> bool:
    """Whether a word has capitals where only names and abbreviations have them."""
    if _NAME.match(found[0]):
        return True
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    return found[0][0].isupper() and not _SENTENCE_BEGINS.search(before)


@cache
def _english_words() -> tuple[dict[str, str], re.Pattern[str]]:
    """English → Spanish, and a pattern for all of the former, the longest first."""
    text = Path(__file__).with_name("english.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = (line.partition("=") for line in lines)
    spanish = {word.strip(): meaning.strip() for word, _, meaning in pairs}
    longest_first = sorted(spanish, key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)
    pattern = rf"(?<![\w./@\\-])(?:{words})(?![\w@\\]|[./]\w|-\w)"
    return spanish, re.compile(pattern, re.IGNORECASE)
