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
    file.write_text(_SVG.format("¡A!"))
    pdf = draw(file, 72.5, 31.25)
    reader = PdfReader(BytesIO(pdf))
    (page,) = reader.pages
    size = [float(side) / 72 * 25.4 for side in page.mediabox[2:]]
    assert size == pytest.approx([72.5, 31.25], abs=0.01)
    assert page.extract_text() == "¡A!"
    assert "/StructTreeRoot" not in reader.root_object
    assert draw(file, 72.5, 31.25) == pdf


@pytest.mark.parametrize(
    ("svg", "message"),
    [
        ("<svg", "the picture 'f.svg' can't be read"),
        (_SVG.format("\N{CJK UNIFIED IDEOGRAPH-72AC}"), "no font of the page has the sign '犬'"),
    ],
)
def test_a_figure_that_can_not_be_drawn_is_told(svg: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "f.svg").write_text(svg)
    with pytest.raises(TemplateError, match=message):
        draw(tmp_path / "f.svg", 20, 10)
