"""One HTML document in, a tagged PDF out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reportgen.report.renderer import Renderer


def typeset(html: str, *, readable: list[Path], run_id: str, date: date) -> bytes:
    """The PDF/UA-1 file of ``html``, set in a bounded child process; equal inputs, equal bytes.

    Args:
        html: the document. Relative addresses are searched below each of ``readable``.
        readable: the only folders whose files the document may use (figures, templates).
        run_id: goes into the PDF's keywords, so that a PDF can be told to belong to a run.
        date: the date that the PDF says it was made on.

    Raises:
        TemplateError: a fault that WeasyPrint only warns of, with its place where it is known;
            or a page that went over its time or memory.
    """
    with Renderer() as renderer:
        return renderer.typeset(html, readable=readable, run_id=run_id, date=date)
