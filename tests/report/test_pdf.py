"""The PDF: tagged, complete, inside its margins, the same bytes for the same inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest

from reportgen.report.pdf import typeset
from reportgen.spanish import percent
from tests.report.tagged import (
    FACES,
    contents,
    embedded_faces,
    glyphs_outside,
    stray_captions,
    structure,
    unresolved_cells,
)


@pytest.fixture(scope="module")
def pdf(rendered: tuple[str, bytes]) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(BytesIO(rendered[1])) as document:
        yield document


@pytest.fixture(scope="module")
def pages(rendered: tuple[str, bytes]) -> Iterator[list[Any]]:
    with pdfplumber.open(BytesIO(rendered[1])) as document:
        yield document.pages


@pytest.fixture(scope="module")
def text(pages: list[Any]) -> list[str]:
    return [page.extract_text() for page in pages]


def test_it_declares_itself_accessible(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.Root.Lang) == "es"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert b'pdfuaid:part="1"' in pdf.Root.Metadata.read_bytes()


def test_every_figure_has_the_alternative_text_of_the_results(
    pdf: pikepdf.Pdf, results: dict[str, Any]
) -> None:
    shown = [str(item.get("/Alt", "")) for kind, item, _ in structure(pdf) if kind == "Figure"]
    sections = ("simple_cnn", "alexnet", "transfer")
    drawn = [figure["alt"] for name in sections for figure in results[name]["figures"].values()]
    assert sorted(shown) == sorted(drawn)


def test_headings_nest(pdf: pikepdf.Pdf) -> None:
    kinds = [kind for kind, _, _ in structure(pdf)]
    levels = [int(kind[1]) for kind in kinds if re.fullmatch("H[1-6]", kind)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    inside = [above for kind, _, above in structure(pdf) if re.fullmatch("H[1-6]", kind)]
    assert not [above for above in inside if any(re.fullmatch("H[1-6]", k) for k in above)]


def test_every_data_cell_names_its_headers(pdf: pikepdf.Pdf) -> None:
    cells, unresolved = unresolved_cells(pdf)
    assert cells > 100
    assert unresolved == []


def test_the_reading_order_is_that_of_the_page(
    pdf: pikepdf.Pdf, rendered: tuple[str, bytes]
) -> None:
    pages = [page for page, _ in contents(pdf)]
    assert pages == sorted(pages)
    shown = [str(item.Alt) for kind, item, _ in structure(pdf) if kind == "Figure"]
    assert shown == [unescape(alt) for alt in re.findall(r'<img [^>]*alt="([^"]*)"', rendered[0])]


def test_every_table_and_figure_has_its_caption(pdf: pikepdf.Pdf) -> None:
    tree = structure(pdf)
    captions = sum(kind == "Caption" for kind, _, _ in tree)
    figures = sum(kind == "Figure" for kind, _, _ in tree)
    numbered = sum(kind == "Table" for kind, _, _ in tree) - 1  # the title page's has none
    assert captions == figures + numbered + 1  # and the listing


def test_bookmarks_follow_the_sections(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        (title,) = outline.root
        sections = [item.title for item in title.children]
        assert "1.2 AlexNet" in sections
        assert len(title.children[sections.index("1.2 AlexNet")].children) == 4


def test_the_information_tells_run_author_and_date(
    pdf: pikepdf.Pdf, results: dict[str, Any]
) -> None:
    information = pdf.docinfo
    assert results["colophon"]["run_id"] in str(information["/Keywords"])
    assert str(information["/Author"]) == "PRUEBA ÁNGELA"
    assert str(information["/CreationDate"]).startswith("D:20260309")


def test_only_declared_faces_are_embedded(pdf: pikepdf.Pdf) -> None:
    faces = embedded_faces(pdf)
    assert faces <= FACES
    assert {"Source-Serif-Pro", "Source-Sans-Pro", "DejaVu-Sans-Mono"} <= faces


def test_no_glyph_leaves_the_margins(pages: list[Any]) -> None:
    assert glyphs_outside(pages) == []


def test_a_caption_stands_on_the_page_of_what_it_names(pdf: pikepdf.Pdf) -> None:
    captions, stray = stray_captions(pdf)
    assert captions > 20
    assert stray == []


def test_no_table_is_cut(pdf: pikepdf.Pdf, rendered: tuple[str, bytes]) -> None:
    tables = sum(kind == "Table" for kind, _, _ in structure(pdf))
    assert tables == rendered[0].count("<table")


def test_header_and_footer_stand_on_every_page(text: list[str]) -> None:
    for number, page in enumerate(text, start=1):
        assert f"Página {number} de {len(text)}" in page
        assert "BORRADOR · datos de muestra" in page
        assert "EJECUCIÓN REDUCIDA · perfil laptop" in page
        assert "PRUEBA ÁNGELA" in page


def test_the_contents_name_the_true_pages(text: list[str]) -> None:
    for title in ("Simple CNN", "AlexNet", "Transfer Learning"):
        line = re.search(rf"{title} [. ]*(\d+)$", text[0], re.MULTILINE)
        assert line
        assert re.search(rf"^1\.\d {title}$", text[int(line[1]) - 1], re.MULTILINE)


def test_the_numbers_of_the_results_stand_on_the_page(
    text: list[str], results: dict[str, Any]
) -> None:
    words = " ".join(text).replace("\N{NO-BREAK SPACE}", " ")
    for name in ("simple_cnn", "alexnet"):
        best = results[name]["best"]["validation_accuracy"]
        assert percent(best).replace("\N{NO-BREAK SPACE}", " ") in words
    for alternative in results["transfer"]["alternatives"].values():
        assert percent(alternative["accuracy"]).replace("\N{NO-BREAK SPACE}", " ") in words


def test_a_reference_with_its_page_names_the_true_one(text: list[str]) -> None:
    found = re.search(r"Tabla (\d+), pág\. (\d+)", " ".join(text).replace("\xa0", " "))
    assert found
    page = text[int(found[2]) - 1].replace("\xa0", " ")
    assert f"Tabla {found[1]}." in page


def test_the_listing_keeps_its_order_and_line_numbers(
    text: list[str], results: dict[str, Any]
) -> None:
    code = results["alexnet"]["code"]
    lines = re.findall(r"^(\d+) (nn\.Conv2d|self\.classifier|def forward)", "\n".join(text), re.M)
    numbers = [int(number) for number, _ in lines]
    assert numbers == sorted(numbers)
    source = code["source"].split("\n")
    for number, begin in lines:
        assert source[int(number) - code["line"]].strip().startswith(begin)


def test_it_stays_small(rendered: tuple[str, bytes]) -> None:
    assert len(rendered[1]) < 2_000_000


def test_equal_inputs_give_equal_bytes(
    rendered: tuple[str, bytes], build: Path, results: dict[str, Any]
) -> None:
    again = typeset(
        rendered[0],
        readable=[build, Path(__file__).parents[2] / "templates"],
        run_id=results["colophon"]["run_id"],
        date=date(2026, 3, 9),
    )
    assert again == rendered[1]
