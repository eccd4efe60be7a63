"""The prose of a comment: what its author wrote in words, each character with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from reportgen.errors import Place
from reportgen.report.comments import Comment

# Stands for what isn't prose (an expression, code): neither a letter nor a digit nor a space.
FILLER = "\N{OBJECT REPLACEMENT CHARACTER}"
_BRACES = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass
class Paragraph:
    """A paragraph, a heading, or a cell of a table, without its markup.

    Attributes:
        path: the comment's file.
        text: the words; expressions and code are fillers.
        places: line and column of each character of ``text``.
        emphasised: whether each character stands in italics.
    """

    path: Path
    text: str = ""
    places: list[tuple[int, int]] = field(default_factory=list)
    emphasised: list[bool] = field(default_factory=list)

    def place(self, offset: int) -> Place:
        """The place in the file of the character at ``offset``."""
        return Place(self.path, *self.places[offset])


def paragraphs(comment: Comment) -> Iterator[Paragraph]:
    """The paragraphs of a comment; code, link targets and pictures are left out."""
    body = _BRACES.sub(lambda found: re.sub(r"[^\r\n]", FILLER, found[0]), comment.body)
    lines = re.split(r"\r\n?|\n", body)
    for token in _parser().parse(body):
        if token.type == "inline" and token.map:
            yield _Reader(comment, lines, *token.map).paragraph(token.children or [])


class _Reader:
    """Follows the tokens of one paragraph through its lines: they don't know their columns."""

    def __init__(self, comment: Comment, lines: list[str], first: int, end: int) -> None:
        self._lines = lines[first:end]
        self._number = comment.first_line + first
        self._column = 0
        self._paragraph = Paragraph(comment.path)

    def paragraph(self, tokens: list[Token]) -> Paragraph:
        """The paragraph that ``tokens`` make."""
        depth, targets = 0, []
        for token in tokens:
            match token.type:
                case "em_open":
                    depth += 1
                case "em_close":
                    depth -= 1
                case "link_open":
                    targets.append("" if token.markup == "autolink" else token.attrs["href"])
                case "link_close":
                    self._find(str(targets.pop()))
                case "text" | "text_special" if targets[-1:] != [""]:
                    self._add(token.content, token.content, emphasised=depth > 0)
                case "code_inline":
                    self._add(FILLER, token.content, emphasised=depth > 0)
                case "softbreak" | "hardbreak":
                    self._add(" ", "", emphasised=depth > 0)
                    self._lines, self._column = self._lines[1:], 0
                    self._number += 1
        return self._paragraph

    def _add(self, text: str, source: str, *, emphasised: bool) -> None:
        start = self._find(source)
        self._paragraph.text += text
        self._paragraph.places += [(self._number, start + n + 1) for n in range(len(text))]
        self._paragraph.emphasised += [emphasised] * len(text)

    def _find(self, source: str) -> int:
        """The column of ``source``, from 0, at or behind the last one; stays put without one."""
        line = self._lines[0] if self._lines else ""
        start = line.find(source, self._column)
        if start < 0:
            return self._column
        self._column = start + len(source)
        return start


@cache
def _parser() -> MarkdownIt:
    # The report's own parser, but for what changes the text behind its tokens.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("text_join")
