"""A page read for all of its mistakes, where composing it stops at the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reportgen.errors import Place, TemplateError
from reportgen.report import environment, page, references
from reportgen.report.places import mistakes_at_text

Kind = Literal["expression", "reference", "template"]

# Whoever has more mistakes than this mends these first.
MOST = 50
_BRACES = re.compile(r"\{#.*?#\}|\{\{.*?\}\}", re.DOTALL)
# Jinja's words for a block that isn't closed, whose place is the end of the file.
_END = "unexpected end of template"
_STAND_IN = "---\npregunta: {question}\nseccion: '{section}'\ntitulo: '…'\nestado: borrador\n---\n"


@dataclass(frozen=True)
class Review:
    """What reading a page brought to light.

    Attributes:
        mistakes: each with its kind, in the order in which they were met.
        html: the page without what was wrong; None if it can't be composed even so.
        answers: the HTML of each comment that it shows and that could be read, by question.
    """

    mistakes: list[tuple[Kind, TemplateError]]
    html: str | None
    answers: dict[str, str]


def review(templates: list[Path], context: Mapping[str, Any]) -> Review:
    """All mistakes in the templates and comments of a page.

    An expression that fails is taken out, and the page composed again, until nothing fails. What
    can't be taken out is a comment's own form, for which an empty comment then stands in, or a
    template's, which ends the search.

    Args:
        templates: the folders to search, the author's own first.
        context: plain data, as JSON could hold it.
    """
    folders = _Gaps(templates, page.sections(context))
    mistakes: list[tuple[Kind, TemplateError]] = []
    while len(mistakes) < MOST:
        try:
            composed = page.assemble(folders, context)
        except TemplateError as error:
            kind = folders.leave_out(error)
            mistakes.append((kind or "template", error))
            if kind is None:
                break
        else:
            dangling = _dangling(composed.html, folders)
            answers = {
                question: html
                for question, html in composed.answers.items()
                if question not in folders.stood_in
            }
            return Review([*mistakes, *dangling], composed.html, answers)
    return Review(mistakes, None, {})


def _dangling(html: str, folders: _Gaps) -> list[tuple[Kind, TemplateError]]:
    """The references that lead nowhere, but for those to what was taken out."""
    found: dict[str, list[TemplateError]] = {}
    for problem in references.problems(html):
        message, target = str(problem), problem.traces[-1]
        name = target.partition("-")[2] or target
        if not any(name in text for text in folders.left_out):
            found[message] = mistakes_at_text(message, problem.traces, folders.folders)
    return [("reference", error) for errors in found.values() for error in errors]


class _Gaps(environment.Folders):
    """Templates with gaps where mistakes were."""

    def __init__(self, folders: list[Path], sections: Sequence[str]) -> None:
        super().__init__(folders)
        self.left_out: list[str] = []
        self.stood_in: set[str] = set()
        self._section = next(iter(sections), "0")
        self._changed: dict[Path, str] = {}

    def text(self, path: Path) -> str:
        """The content of ``path``, each gap filled with blanks."""
        return self._changed[path] if path in self._changed else super().text(path)

    def leave_out(self, error: TemplateError) -> Kind | None:
        """Take out the expression that fails, or else the comment; None: it is neither."""
        place = error.place
        if place is None:
            return None
        try:
            text = self.text(place.file)
        except TemplateError:  # not even text
            text = ""
        offset = _offset(text, place)
        for found in _BRACES.finditer(text):
            at_fault = found.start() <= offset < found.end() and not error.message.startswith(_END)
            if at_fault and found[0].startswith("{{"):
                blank = re.sub(r"[^\r\n]", " ", found[0])
                self._changed[place.file] = text[: found.start()] + blank + text[found.end() :]
                self.left_out.append(found[0])
                return "expression"
        stand_in = _STAND_IN.format(question=place.file.stem, section=self._section)
        if place.file.suffix != ".md" or text == stand_in:
            return None
        self.left_out.append(text)
        self.stood_in.add(place.file.stem)
        self._changed[place.file] = stand_in
        return "template"


def _offset(text: str, place: Place) -> int:
    lines = text.splitlines(keepends=True)[: (place.line or 1) - 1]
    return sum(map(len, lines)) + (place.column or 1) - 1
