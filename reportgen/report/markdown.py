"""Markdown to HTML, with raw HTML off and values that can't become markup."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

from reportgen.report.filters import printable

# Titles above a comment take h1 to h4: its own headings go on from there.
HEADINGS_ABOVE = 4
_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")


def to_html(text: str) -> Markup:
    """The HTML of a Markdown text: CommonMark, tables, Spanish quotation marks, no raw HTML."""
    return Markup(_parser().render(text))


def as_text(value: Any) -> Any:
    """A value as Markdown that shows exactly it: every sign that Markdown reads is escaped.

    A list of sentences becomes a paragraph. What is Markup already stays as it is.

    Raises:
        TypeError: nothing that a page can show, or a number that is to have a Spanish format.
    """
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, float):
        raise TypeError(
            "this number has no format; write '| pct' behind a share of 1, else '| num'"
        )
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = " ".join(value)
    return Markup(_SIGNS.sub(r"\\\1", _SPACE.sub(" ", str(printable(value)))))


@cache
def _parser() -> MarkdownIt:
    options = {"html": False, "typographer": True, "quotes": "«»“”"}
    parser = MarkdownIt("commonmark", options).enable(["table", "smartquotes", "replacements"])
    parser.add_render_rule("heading_open", _lowered_heading)
    parser.add_render_rule("heading_close", _lowered_heading)
    return parser


def _lowered_heading(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    token = tokens[index]
    token.tag = f"h{min(int(token.tag[1]) + HEADINGS_ABOVE, 6)}"
    return self.renderToken(tokens, index, options, env)
