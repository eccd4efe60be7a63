"""What a tagged PDF says of itself: its structure, its fonts, where its parts lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

# What the page and its figures may embed; anything else is a face that nobody declared.
FACES = {
    *("Source-Serif-Pro", "Source-Serif-Pro-Italic", "Source-Serif-Pro-Bold"),
    *("Source-Serif-Pro-Semi-Bold", "Source-Sans-Pro", "Source-Sans-Pro-Italic"),
    *("Source-Sans-Pro-Semi-Bold", "Source-Sans-Pro-Semi-Bold-Italic", "Source-Sans-Pro-Bold"),
    *("DejaVu-Sans-Mono", "DejaVu-Sans-Mono-Bold", "DejaVu-Sans-Mono-Italic", "DejaVu-Sans"),
}
MM = 72 / 25.4  # points


def structure(pdf: pikepdf.Pdf) -> list[tuple[str, pikepdf.Dictionary, tuple[str, ...]]]:
    """Every element of the structure tree in reading order: its type, itself, what it lies in."""
    found = []

    def walk(item: Any, above: tuple[str, ...]) -> None:
        if isinstance(item, pikepdf.Array):
            for child in item:
                walk(child, above)
        elif isinstance(item, pikepdf.Dictionary) and "/S" in item:
            kind = str(item.S).removeprefix("/")
            found.append((kind, item, above))
            walk(item.get("/K"), (*above, kind))

    walk(pdf.Root.StructTreeRoot.K, ())
    return found


def embedded_faces(pdf: pikepdf.Pdf) -> set[str]:
    """The names of the embedded fonts; fails for a font that isn't embedded."""
    descriptors = [item for item in pdf.objects if _is(item, "/FontDescriptor")]
    assert all("/FontFile2" in item or "/FontFile3" in item for item in descriptors)
    fonts = [font for font in pdf.objects if _is(font, "/Font") and "/BaseFont" in font]
    return {str(font.BaseFont).split("+")[-1] for font in fonts}


def _is(item: Any, kind: str) -> bool:
    return isinstance(item, pikepdf.Dictionary) and str(item.get("/Type", "")) == kind


def unresolved_cells(pdf: pikepdf.Pdf) -> tuple[int, list[Any]]:
    """How many data cells there are, and those whose headers aren't all header cells' ids."""
    tree = structure(pdf)
    known = {str(item.ID) for kind, item, _ in tree if kind == "TH"}
    cells = [item for kind, item, _ in tree if kind == "TD"]
    headers = [{str(header) for header in cell.A.Headers} for cell in cells]
    return len(cells), [one for one in headers if not one or not one <= known]


def stray_captions(pdf: pikepdf.Pdf) -> tuple[int, list[str]]:
    """How many captions there are, and those that aren't on one page with what they name."""
    captions = [item for kind, item, _ in structure(pdf) if kind == "Caption"]
    stray = [
        str(caption.P.S)
        for caption in captions
        if len(caption.P.K) < 2 or len({page for page, _ in contents(pdf, caption.P)}) != 1
    ]
    return len(captions), stray


def contents(pdf: pikepdf.Pdf, top: Any = None) -> Iterator[tuple[int, int]]:
    """Page and marked-content id of everything below an element, in reading order."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages)}

    def walk(item: Any, page: int) -> Iterator[tuple[int, int]]:
        if isinstance(item, pikepdf.Array):
            for child in item:
                yield from walk(child, page)
        elif isinstance(item, pikepdf.Dictionary):
            here = numbers[item.Pg.objgen] if "/Pg" in item else page
            if "/MCID" in item:
                yield here, int(item.MCID)
            else:
                yield from walk(item.get("/K"), here)
        elif item is not None:
            yield page, int(item)

    yield from walk(pdf.Root.StructTreeRoot.K if top is None else top, -1)


def glyphs_outside(pages: list[Any]) -> list[tuple[int, str]]:
    """The glyphs, with their page, that leave the text block or the running lines."""
    return [
        (page.page_number, glyph["text"])
        for page in pages
        for glyph in page.chars
        if not (25 * MM - 0.5 <= glyph["x0"] <= glyph["x1"] <= 185 * MM + 0.5)
        or not (12 * MM <= glyph["top"] <= glyph["bottom"] <= 285 * MM)
    ]
