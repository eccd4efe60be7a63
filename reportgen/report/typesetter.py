"""HTML to PDF with WeasyPrint, in this process: what the child does."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from reportgen.fonts import font_faces
from reportgen.report.faults import from_fetch, from_warnings
from reportgen.report.fetcher import FetchRefusedError, ReadableFolders
from reportgen.report.places import mistake_anywhere
from reportgen.report.stylesheet import unmarked

VARIANT = "pdf/ua-1"
# About the machine, not the page: the PDF only takes longer, and `reportgen doctor` says so.
_WITHOUT_SUBSETTER = "Using fontTools instead of HarfBuzz-Subset"
_FIGURE = """<!DOCTYPE html><title>.</title><style>
@page {{ size: {width}mm {height}mm; margin: 0 }}
html, body {{ margin: 0 }}
img {{ display: block; width: {width}mm; height: {height}mm }}
</style><img src="{name}" alt="">"""


def typeset(html: str, *, readable: list[Path], run_id: str, date: date) -> bytes:
    """The PDF of ``html``; see :func:`reportgen.report.pdf.typeset`."""
    moment = datetime.combine(date, time(12), tzinfo=UTC)
    with _explained(readable):
        document = _laid_out(html, readable, moment, pdf_variant=VARIANT)
        document.metadata.keywords.append(f"reportgen:{run_id}")
        document.metadata.created = document.metadata.modified = moment.isoformat()
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=run_id.encode())
    if page := unmarked(html, document.pages):
        raise mistake_anywhere(f"page {page} doesn't show why the report is a draft")
    return pdf


def draw(figure: Path, width: float, height: float) -> bytes:
    """An SVG file as a PDF of one page of ``width`` × ``height`` mm, without structure.

    Raises:
        TemplateError: it can't be drawn.
    """
    html = _FIGURE.format(width=width, height=height, name=quote(figure.name))
    folder = [figure.parent]
    with _explained(folder):
        pdf: bytes = _laid_out(html, folder, datetime.fromtimestamp(0, UTC)).write_pdf()
    return pdf


def _laid_out(html: str, readable: list[Path], moment: datetime, **options: Any) -> Document:
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    fetcher = ReadableFolders(readable)
    faces, style = fonts()
    return HTML(string=html, base_url=fetcher.base, url_fetcher=fetcher).render(
        font_config=faces, stylesheets=[style], **options
    )


@contextmanager
def _explained(readable: list[Path]) -> Iterator[None]:
    """WeasyPrint's errors and warnings meanwhile as a TemplateError."""
    with _warnings() as records:
        try:
            yield
        except FetchRefusedError as error:
            raise from_fetch(error.url, error.reason, readable) from None
        except FatalURLFetchingError as error:
            raise mistake_anywhere(f"the page can't be set: {error}") from None
        except MemoryError:
            raise mistake_anywhere("the page needs more memory than it is given") from None
        except RecursionError:
            raise mistake_anywhere("the page's elements are nested too deeply") from None
        except (AssertionError, LookupError, TypeError, ValueError, ArithmeticError) as error:
            # WeasyPrint's way of not understanding a page.
            raise mistake_anywhere(
                f"WeasyPrint can't set this page: {type(error).__name__}: {error}"
            ) from error
    if records:
        raise from_warnings([record.getMessage() for record in records], readable)


@cache
def fonts() -> tuple[FontConfiguration, CSS]:
    """The declared font faces, loaded once a process."""
    configuration = FontConfiguration()
    rules = "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight};'
        f' font-style: {face.style}; src: url("{face.path.as_uri()}") }}'
        for face in font_faces()
    )
    return configuration, CSS(string=rules, font_config=configuration)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith(_WITHOUT_SUBSETTER):
            self.records.append(record)


@contextmanager
def _warnings() -> Iterator[list[logging.LogRecord]]:
    """What WeasyPrint warns of meanwhile: it goes on after a missing picture, we don't."""
    logger = logging.getLogger("weasyprint")
    collector = _Collector()
    logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        logger.removeHandler(collector)
