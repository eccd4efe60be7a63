"""Figures that are placed into a laid-out page are where, and as, they would have been drawn."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from reportgen.engine.artifact import Artifact
from reportgen.engine.store import Store
from reportgen.report.document import HTML
from reportgen.report.frame import frame, placed
from reportgen.report.typesetter import draw, typeset
from tests.report.tagged import structure
from tests.tiny import NAME, TinyReport

DAY = date(2026, 5, 4)
MM = 72 / 25.4  # points
SQUARE = """<svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm" viewBox="0 0 20 10">
<rect width="10" height="10" fill="{}"/><text x="11" y="5" style="font: 3px 'Source Sans Pro'">{}
</text>{}</svg>"""


def page_of(folder: Path, *images: str) -> bytes:
    html = f"<html lang='es'><title>x</title><style>@page {{ margin: 0 }}</style>{''.join(images)}"
    return typeset(html, readable=[folder], run_id="749f", date=DAY)


def layout(folder: Path, *images: str, names: tuple[str, ...] = ("a.svg", "b.svg")) -> bytes:
    for name in names:
        (folder / name).write_text(frame(name, 20, 10))
    return page_of(folder, *images)


def figure(folder: Path, name: str, colour: str, more: str = "") -> bytes:
    path = folder / name
    path.write_text(SQUARE.format(colour, name, more))
    return draw(path, 20, 10)


def seen(pdf: bytes) -> list[np.ndarray[Any, Any]]:
    """The pages as pictures, at 72 dpi."""
    with pdfplumber.open(BytesIO(pdf)) as document:
        return [
            np.asarray(page.to_image(resolution=72).original.convert("RGB"), dtype=int)
            for page in document.pages
        ]


def pictures(pdf: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(BytesIO(pdf)) as document:
        return [
            (int(item.Width), int(item.Height))
            for item in document.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]


def words(pdf: bytes) -> list[str]:
    """The text of the pages as PDFium reads it, which drops letters that it thinks too small."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_each_figure_stands_in_its_own_frame(tmp_path: Path) -> None:
    frames = (
        '<img src="a.svg" alt="A" style="position: absolute; left: 30mm; top: 40mm; width: 40mm">',
        '<img src="b.svg" alt="B" style="position: absolute; left: 90mm; top: 40mm; width: 20mm">',
    )
    figures = {
        "a.svg": figure(tmp_path, "a.svg", "red"),
        "b.svg": figure(tmp_path, "b.svg", "lime"),
    }
    (page,) = seen(placed(layout(tmp_path, *frames), figures))

    def colour(x: float, y: float) -> tuple[int, ...]:
        return tuple(page[round(y * MM), round(x * MM)])

    # Twice its size: its left half is red from 30 to 50 mm, and 20 mm high.
    assert [colour(31, 41), colour(49, 59), colour(69, 41), colour(31, 61)] == [
        *((255, 0, 0), (255, 0, 0)),
        *((255, 255, 255), (255, 255, 255)),
    ]
    assert [colour(91, 41), colour(99, 49), colour(99, 51)] == [
        *((0, 255, 0), (0, 255, 0)),
        (255, 255, 255),
    ]


def test_words_tags_and_identity_stay(tmp_path: Path) -> None:
    figures = {"a.svg": figure(tmp_path, "a.svg", "red")}
    frame = '<p>Antes.</p><img src="a.svg" alt="Un cuadrado" style="width: 40mm"><p>Después.</p>'
    pdf = placed(layout(tmp_path, frame), figures)
    with pikepdf.open(BytesIO(pdf)) as document:
        alternatives = [str(item.Alt) for kind, item, _ in structure(document) if kind == "Figure"]
        assert alternatives == ["Un cuadrado"]
        assert str(document.docinfo.Keywords) == "reportgen:749f"
        assert b'pdfuaid:part="1"' in document.Root.Metadata.read_bytes()
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert document.pages[0].extract_text().split() == ["Antes.", "a.svg", "Después."]


def test_equal_arguments_give_equal_bytes(tmp_path: Path) -> None:
    frame = '<img src="a.svg" alt="A">'
    first, again = (
        placed(layout(tmp_path, frame), {"a.svg": figure(tmp_path, "a.svg", "red")})
        for _ in range(2)
    )
    assert first == again


def test_a_figure_that_the_page_leaves_out_is_not_in_it(tmp_path: Path) -> None:
    figures = {name: figure(tmp_path, name, "red") for name in ("a.svg", "b.svg")}
    pdf = placed(layout(tmp_path, '<img src="b.svg" alt="B">'), figures)
    with pdfplumber.open(BytesIO(pdf)) as document:
        assert document.pages[0].extract_text() == "b.svg"
    assert pictures(pdf) == []


def test_a_figure_may_be_shown_twice_and_behind_words(tmp_path: Path) -> None:
    shown = (
        '<img src="a.svg" alt="A"><img src="a.svg" alt="A">'
        "<div style='height: 10mm; background: url(a.svg) 100mm 0 no-repeat'></div>"
    )
    pdf = placed(layout(tmp_path, shown), {"a.svg": figure(tmp_path, "a.svg", "red")})
    assert pictures(pdf) == []
    (page,) = seen(pdf)
    red = (page == (255, 0, 0)).all(axis=2)
    assert red.sum() == pytest.approx(3 * (10 * MM) ** 2, rel=0.05)


def test_an_author_s_own_picture_of_that_size_stays(tmp_path: Path) -> None:
    Image.new("RGB", (11, 1), "blue").save(tmp_path / "own.png")
    pdf = placed(layout(tmp_path, '<img src="own.png" alt="azul">'), {})
    assert pictures(pdf) == [(11, 1)]


def test_a_picture_that_two_figures_show_is_kept_once(tmp_path: Path) -> None:
    stream = BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(stream, "jpeg")
    address = f"data:image/jpeg;base64,{b64encode(stream.getvalue()).decode()}"
    photo = f'<image width="5" height="5" href="{address}"/>'
    figures = {name: figure(tmp_path, name, "red", photo) for name in ("a.svg", "b.svg")}
    shown = '<img src="a.svg" alt="A"><img src="b.svg" alt="B">'
    assert pictures(placed(layout(tmp_path, shown), figures)) == [(40, 40)]


def test_the_report_looks_as_if_it_were_set_in_one(tiny: TinyReport) -> None:
    store = Store(tiny.root / ".reportgen")
    artifacts = [Artifact.at(store.folder(key)) for key in store.keys()]  # noqa: SIM118
    (page,) = [one for one in artifacts if one.manifest.ingredients["step"] == f"layout.{NAME}"]
    whole = typeset(
        page.path(HTML).read_text("utf-8"),
        readable=[tiny.build, tiny.root / "templates"],
        run_id="749f",
        date=DAY,
    )
    ours, plain = seen(tiny.pdf.read_bytes()), seen(whole)
    assert len(ours) == len(plain)
    for number, (one, other) in enumerate(zip(ours, plain, strict=True), start=1):
        far = np.abs(one - other).max(axis=2) > 96
        assert far.mean() < 0.005, f"page {number}"
    assert words(tiny.pdf.read_bytes()) == words(whole)
