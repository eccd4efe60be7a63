"""Typesetting in this process, on a machine that lacks HarfBuzz's subsetter."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from weasyprint.pdf import fonts

from reportgen.errors import TemplateError
from reportgen.report.typesetter import draw, typeset

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">
<text font-family="Source Sans Pro">{}</text></svg>"""
_PAGE = "<html lang='es'><head><title>Título</title></head><body><p>Un párrafo.</p>{}</body></html>"


def _typeset(more: str, folder: Path) -> bytes:
    day = date(2026, 5, 4)
    return typeset(_PAGE.format(more), readable=[folder], run_id="749f", date=day)


@pytest.fixture(autouse=True)
def _no_subsetter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "harfbuzz_subset", None)


def test_the_pdf_is_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pdf = _typeset("", tmp_path)
    assert "instead of HarfBuzz-Subset" in caplog.text
    assert "Un párrafo." in PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_what_is_wrong_with_the_page_is_still_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="nada"):
        _typeset("<p style='nada: 1'>Otro.</p>", tmp_path)


def test_a_figure_is_a_page_of_its_size_without_structure(tmp_path: Path) -> None:
    file = tmp_path / "una figura.svg"
    file.write_text(_SVG.format("\N{CJK UNIFIED IDEOGRAPH-72AC}"))
    with pytest.raises(TemplateError, match="no font of the page has the sign '\\u72ac'"):
        draw(file, 20, 10)
