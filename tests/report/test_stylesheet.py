"""A style sheet's brackets, and the mark of a draft whatever the style sheet says."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from PIL import Image

from reportgen.errors import TemplateError
from reportgen.report.renderer import Renderer
from reportgen.report.stylesheet import mark, unbalanced, unknown_family
from tests.report.conftest import SHIPPED
from tests.report.tagged import MM

PAGE = '<!DOCTYPE html><html lang="es"><head><title>x</title><style>{}</style></head><body><p>hola'
PAGE += "</p></body></html>"


@pytest.mark.parametrize(
    ("css", "wrong"),
    [
        ("p { color: red }", None),
        ("/* } */ p::after { content: '}' \"{\" }", None),
        (r"p\{ { color: red }", None),
        ("p { color: red", ("{", 2)),
        ("p { color: red\nb { top: 0 }", ("{", 2)),
        ("p { top: 0 } }", ("}", 13)),
        ("p { width: calc(1mm }", ("(", 15)),
    ],
)
def test_the_first_bracket_without_a_partner_is_told(css: str, wrong: Any) -> None:
    assert unbalanced(css) == wrong


@pytest.mark.parametrize(
    ("css", "wrong"),
    [
        ('p { font: 400 10pt/1.4 "Source Serif Pro", "DejaVu Sans" }', None),
        ("p { font-family: 'Source Sans Pro', inherit; font-weight: 700 }", None),
        ('/* font-family: "Arial" */ p { font: inherit }', None),
        ("p { font-family: Source Sans Pro !important }", None),
        ('p { font: 400 10pt "Source Serif 4" }', ("Source Serif 4", 19)),
        ('p { font-family: "Source Sans Pro", Arial }', ("Arial", 36)),
        ("@font-face { font-family: Mía; src: url(m.ttf) } p { font-family: 'Mía' }", None),
        ("p { font-family: serif }", ("serif", 17)),
    ],
)
def test_the_first_font_that_isn_t_there_is_told(css: str, wrong: Any) -> None:
    assert unknown_family(css) == wrong


def test_a_font_that_isn_t_there_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "informe.html.j2").write_text('<style>{{ estilo("e.css") }}</style>')
    (tmp_path / "e.css").write_text('p { top: 0 }\nb { font-family: "Source Sans" }\n')
    with Renderer() as renderer, pytest.raises(TemplateError, match="'Source Sans Pro'") as caught:
        renderer.render([tmp_path], {})
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (2, 18)


def test_a_missing_bracket_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "informe.html.j2").write_text('<style>{{ estilo("e.css") }}</style>')
    (tmp_path / "e.css").write_text("p { top: 0 }\nb { top: 0\n")
    with Renderer() as renderer, pytest.raises(TemplateError) as caught:
        renderer.render([tmp_path], {})
    assert caught.value.place is not None
    assert (caught.value.place.file.name, caught.value.place.line) == ("e.css", 2)


@pytest.mark.parametrize(
    ("css", "shown"),
    [
        ("", True),
        ("@page { @bottom-left { content: none } }", True),
        ("@page { @bottom-left { content: none !important } }", True),
        ("@page :first { @bottom-left { content: none !important } }", False),
    ],
)
def test_a_draft_says_so_on_each_page_or_isn_t_printed(
    tmp_path: Path, css: str, shown: bool
) -> None:
    html = mark(PAGE.format(css), ["BORRADOR · datos (1) de muestra", "EJECUCIÓN REDUCIDA"])
    with Renderer() as renderer:
        if shown:
            assert _set(renderer, html, tmp_path).startswith(b"%PDF")
        else:
            with pytest.raises(TemplateError, match="page 1 doesn't show"):
                _set(renderer, html, tmp_path)


@pytest.mark.parametrize("size", [(2400, 300), (300, 2400), (4000, 3000)])
def test_an_answers_picture_stays_within_the_margins(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, "red").save(tmp_path / "foto.png")
    answer = '<section class="respuesta"><p><img src="foto.png" alt="rojo"></p></section></body>'
    css = (SHIPPED / "informe.css").read_text("utf-8")
    html = PAGE.format(css).replace("</body>", answer)
    with Renderer() as renderer:
        pdf = _set(renderer, html, tmp_path)
    with pdfplumber.open(BytesIO(pdf)) as document:
        (shown,) = [image for page in document.pages for image in page.images]
        width, height = document.pages[0].width, document.pages[0].height
    assert shown["x1"] < width - 24 * MM
    assert height - shown["y1"] > 29 * MM
    assert shown["y0"] > 26 * MM
    assert shown["width"] / shown["height"] == pytest.approx(size[0] / size[1], rel=0.01)


def _set(renderer: Renderer, html: str, folder: Path) -> bytes:
    return renderer.typeset(html, readable=[folder], run_id="x", date=date(2026, 1, 2))
