"""The author's comments: Markdown files with front matter, one a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

from reportgen.errors import Place
from reportgen.report.places import did_you_mean, mistake

State = Literal["borrador", "revisado"]
STATES = ("borrador", "revisado")
REQUIRED = ("pregunta", "seccion", "titulo", "estado")
OPTIONAL = ("confirmado",)
FENCE = "---"
_NOTE = re.compile(r"\{#.*?#\}", re.DOTALL)
_DRAFT = re.compile(r"\{\{[^{}]*\bdrafts\b[^{}]*\}\}")


@dataclass(frozen=True)
class Comment:
    """One answer of the report, as its author wrote it.

    Attributes:
        question: the question's id, which is the file's name without its ending.
        section: the section of the report that asks it, like ``1.1``.
        title: the question in words.
        state: ``borrador`` until the author has made the text their own, then ``revisado``.
        confirmed: the digest of the results that the text was last confirmed against.
        body: the Markdown text below the front matter, with its Jinja expressions.
        path: the file.
        first_line: the line of the file at which ``body`` begins (from 1).
        fields: the line and column at which each value of the front matter begins.
    """

    question: str
    section: str
    title: str
    state: State
    confirmed: str | None
    body: str
    path: Path
    first_line: int
    fields: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)

    @property
    def is_draft(self) -> bool:
        """Whether the answer isn't its author's yet: by its state, or by what it holds."""
        return self.state == "borrador" or self.is_untouched

    @property
    def is_untouched(self) -> bool:
        """Whether it is draft sentences of the results and no word of its author's."""
        text = _NOTE.sub("", self.body)
        own, drafts = _DRAFT.subn("", text)
        return drafts > 0 and not re.search(r"\w", own)

    def place(self, name: str) -> Place:
        """Where a field of the front matter has its value."""
        return Place(self.path, *self.fields[name])


def read(path: Path) -> Comment:
    """The comment in ``path``.

    Raises:
        TemplateError: the front matter is missing or wrong, with the place.
        OSError: the file can't be read.
    """
    return parse(path, path.read_text(encoding="utf-8-sig"))


def parse(path: Path, text: str) -> Comment:
    """The comment that ``text``, the content of ``path``, holds; raises as :func:`read`."""
    front, body, first_line = _split(path, text)
    fields = _fields(path, front)
    question = fields["pregunta"][0]
    if question != path.stem:
        raise mistake(
            f"the question is {question!r}, the file is called {path.name!r}",
            path,
            *fields["pregunta"][1:],
        )
    state, *place = fields["estado"]
    if state not in STATES:
        raise mistake(f"{state!r} is no state; use 'borrador' or 'revisado'", path, *place)
    return Comment(
        question=question,
        section=fields["seccion"][0],
        title=fields["titulo"][0],
        state="revisado" if state == "revisado" else "borrador",
        confirmed=fields["confirmado"][0] if "confirmado" in fields else None,
        body=body,
        path=path,
        first_line=first_line,
        fields={name: (line, column) for name, (_, line, column) in fields.items()},
    )


def blank_front_matter(path: Path, text: str) -> str:
    """``text`` with the front matter's lines emptied: the line numbers of the body stay true."""
    _, body, first_line = _split(path, text)
    return "\n" * (first_line - 1) + body


def _split(path: Path, text: str) -> tuple[str, str, int]:
    """The front matter, the body, and the line at which the body begins."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != FENCE:
        raise mistake("a comment begins with its front matter, between two lines '---'", path, 1)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FENCE:
            return "".join(lines[1:number]), "".join(lines[number + 1 :]), number + 2
    raise mistake("the front matter isn't closed by a line '---'", path, 1)


def _fields(path: Path, front: str) -> dict[str, tuple[str, int, int]]:
    """Each field with its value and the value's line and column in the file."""
    try:
        root = yaml.compose(front, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark or error.problem_mark
        line, column = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        raise mistake(f"the front matter isn't YAML: {error.problem}", path, line, column) from None
    except yaml.YAMLError as error:
        raise mistake(f"the front matter isn't YAML: {error}", path, 2) from None
    if not isinstance(root, yaml.MappingNode):
        raise mistake("the front matter is made of lines 'name: value'", path, 2)
    known = (*REQUIRED, *OPTIONAL)
    fields: dict[str, tuple[str, int, int]] = {}
    for key, value in root.value:
        # The text as it stands: YAML would make a number of `1.1` and a truth value of `no`.
        name = str(key.value)
        here = (key.start_mark.line + 2, key.start_mark.column + 1)
        if name not in known:
            raise mistake(f"{name!r} is no field{did_you_mean(name, known)}", path, *here)
        if name in fields:
            raise mistake(f"{name!r} stands twice", path, *here)
        if not isinstance(value, yaml.ScalarNode) or not value.value.strip():
            raise mistake(f"{name!r} wants a line of text", path, *here)
        fields[name] = (value.value, value.start_mark.line + 2, value.start_mark.column + 1)
    for name in REQUIRED:
        if name not in fields:
            raise mistake(f"the front matter lacks {name!r}", path, 1)
    return fields
