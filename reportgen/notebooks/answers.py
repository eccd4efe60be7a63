"""The author's answers as Markdown, with the numbers of the report's figures and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from reportgen.errors import TemplateError
from reportgen.report import comments, environment, markdown
from reportgen.report.page import COMMENTS

_EMPTY_LINK = re.compile(r"\[\]\(#([\w-]+)\)")
_LABEL = re.compile(r'href="#([\w-]+)">((?:Tabla|Figura|Listado)\s\d+)</a>')
_HARMLESS = re.compile(r"(?<!^)\\([-+.,;:%()/'\"?=@^{}])")


@dataclass(frozen=True)
class Answers:
    """The answers of one report.

    They are rendered in this process, without the limits of the page's own: their templates are
    those of a page that was rendered within them.

    Attributes:
        templates: the folders to search, the author's own first.
        context: what comments may use.
        page: the report's HTML, for the numbers of what answers refer to.
    """

    templates: list[Path]
    context: Mapping[str, Any]
    page: str

    def markdown(self, question: str) -> str:
        """A question in words and its answer below.

        Raises:
            TemplateError: there is no such comment, or it has a mistake.
        """
        path = self._folders.path(f"{COMMENTS}/{question}.md")
        comment = comments.parse(path, self._folders.text(path))
        body = self._environment.get_template(f"{COMMENTS}/{question}.md").render().strip()
        draft = "*Borrador: texto por revisar.*\n\n" if comment.is_draft else ""
        return f"### {comment.title}\n\n{draft}{_EMPTY_LINK.sub(self._label, body)}"

    def _label(self, link: re.Match[str]) -> str:
        label = self._labels.get(link[1])
        if label is None:
            raise TemplateError(f"the reference '#{link[1]}' leads nowhere")
        return f"{label} del informe"

    @cached_property
    def _labels(self) -> dict[str, str]:
        return dict(_LABEL.findall(self.page))

    @cached_property
    def _folders(self) -> environment.Folders:
        return environment.Folders(self.templates)

    @cached_property
    def _environment(self) -> Environment:
        made = environment.environment(self._folders, self.context)
        return made.overlay(finalize=as_markdown)


def as_markdown(value: Any) -> Any:
    """A value as Markdown that shows it, with no more signs escaped than need be.

    An author reads a notebook's source, unlike a page's; the first sign could make a list.
    """
    text = markdown.as_text(value)
    return Markup(_HARMLESS.sub(r"\1", text)) if isinstance(text, Markup) else text
