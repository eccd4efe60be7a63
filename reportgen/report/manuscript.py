"""The author's text and the measurements that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.engine.digest import digest
from reportgen.errors import TemplateError
from reportgen.report import comments
from reportgen.report.comments import Comment
from reportgen.report.page import COMMENTS
from reportgen.report.values import Value
from reportgen.results import measurements

_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Manuscript:
    """What is checked: the comments, and what they may cite.

    Attributes:
        templates: the folders to search, the author's own first.
        results: experiment → its results, and the colophon.
        values: all values of ``results``.
        sections: the assignment's number → experiment.
        settings: experiment → its settings; their numbers may be written by hand.
        about: what stands on the title page.
        comments: the readable ones of the report's sections.
    """

    templates: list[Path]
    results: Mapping[str, Any]
    values: list[Value]
    sections: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]
    about: Mapping[str, Any]
    comments: list[Comment]

    @property
    def context(self) -> dict[str, Any]:
        """What a page is made from."""
        return {**self.results, "informe": dict(self.about)}

    def subjects(self, comment: Comment) -> list[str]:
        """The experiments that a comment speaks of: its section's, then those that it cites."""
        cited = {word for code in _CODE.findall(comment.body) for word in _WORD.findall(code)}
        own = self.sections.get(comment.section)
        others = [name for name in self.sections.values() if name in cited and name != own]
        return [*([own] if own else []), *others]

    def digest(self, comment: Comment) -> str:
        """The measurements that a comment speaks of, in 16 hexadecimal digits."""
        names = self.subjects(comment)
        return digest({name: measurements(self.results[name]) for name in names})[:16]


def comments_of(templates: list[Path], sections: Mapping[str, str]) -> list[Comment]:
    """The comments of these sections; what can't be read is left to the page's review."""
    files: dict[str, Path] = {}
    for folder in reversed(templates):
        files |= {path.name: path for path in sorted((folder / COMMENTS).glob("*.md"))}
    found = []
    for path in files.values():
        try:
            comment = comments.read(path)
        except (TemplateError, UnicodeDecodeError):
            continue
        if comment.section in sections:
            found.append(comment)
    return sorted(found, key=lambda one: one.path.name)
