"""Templates and results in, one HTML document out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.report.renderer import Renderer


def render(templates: list[Path], context: Mapping[str, Any]) -> str:
    """The report as HTML, composed in a bounded child process.

    Args:
        templates: the folders to search, the author's own first, the shipped one last.
        context: the results and ``informe`` (name, title, course, group, teacher, date,
            draft_reasons, sections): plain data, as JSON could hold it.

    Raises:
        TemplateError: a mistake in a template or a comment, with its place; or a template that
            went over its time or memory.
    """
    with Renderer() as renderer:
        return renderer.render(templates, context)
