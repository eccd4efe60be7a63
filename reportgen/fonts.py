"""The font faces of page and figures: files that packages ship, so none has to be installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportgen.errors import TemplateError

SERIF = "Source Serif Pro"
SANS = "Source Sans Pro"
MONO = "DejaVu Sans Mono"
# Has the letters and signs that the Source families lack (a class may be named anything).
FALLBACK = "DejaVu Sans"


@dataclass(frozen=True)
class FontFace:
    """One face: ``weight`` and ``style`` are CSS values (400, 600, 700; normal, italic)."""

    family: str
    weight: int
    style: str
    path: Path


@cache
def font_faces() -> list[FontFace]:
    """Every face that a page or a figure may use, by family, weight and style.

    Raises:
        TemplateError: a package or a font file in it is missing.
    """
    source = {
        "Regular": (400, "normal"),
        "It": (400, "italic"),
        "Semibold": (600, "normal"),
        "SemiboldIt": (600, "italic"),
        "Bold": (700, "normal"),
        "BoldIt": (700, "italic"),
    }
    dejavu = {
        "": (400, "normal"),
        "-Oblique": (400, "italic"),
        "-Bold": (700, "normal"),
        "-BoldOblique": (700, "italic"),
    }
    serif = _package_folder("font_source_serif_pro") / "files"
    sans = _package_folder("font_source_sans_pro") / "files"
    matplotlib = _package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf"
    return [
        *(_face(SERIF, *look, serif / f"SourceSerifPro-{n}.ttf") for n, look in source.items()),
        *(_face(SANS, *look, sans / f"SourceSansPro-{n}.ttf") for n, look in source.items()),
        *(_face(MONO, *look, matplotlib / f"DejaVuSansMono{n}.ttf") for n, look in dejavu.items()),
        *(_face(FALLBACK, *look, matplotlib / f"DejaVuSans{n}.ttf") for n, look in dejavu.items()),
    ]


def _face(family: str, weight: int, style: str, path: Path) -> FontFace:
    if not path.is_file():
        raise TemplateError(
            f"the font file {path} is missing", hint="install reportgen again: its packages ship it"
        )
    return FontFace(family, weight, style, path)


def _package_folder(package: str) -> Path:
    # The specification tells the folder without importing: matplotlib takes most of a second.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise TemplateError(
            f"the package {package.replace('_', '-')}, which ships fonts, is missing",
            hint="install reportgen again with pip, dependencies included",
        )
    return Path(spec.origin).parent
