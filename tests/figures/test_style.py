from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from io import BytesIO
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pikepdf
import pytest
from fontTools.ttLib import TTFont
from matplotlib.ticker import FixedLocator
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from reportgen.errors import TemplateError
from reportgen.figures import style
from reportgen.figures.drawing import MM_PER_INCH, Drawing, blank, finish
from reportgen.fonts import font_faces

SVG = "{http://www.w3.org/2000/svg}"
Example = tuple[Callable[[], Drawing], Drawing]


def styles(drawing: Drawing) -> list[dict[str, str]]:
    """The CSS of every text."""
    found = []
    for node in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text"):
        rules = (rule.split(":", 1) for rule in node.attrib["style"].split(";") if ":" in rule)
        found.append({name.strip(): value.strip() for name, value in rules} | {"text": node.text})
    return found


def test_every_text_is_set_in_a_declared_face(example: Example) -> None:
    declared = {(face.family, str(face.weight), face.style) for face in font_faces()}
    for css in styles(example[1]):
        weight, slant = css.get("font-weight", "400"), css.get("font-style", "normal")
        for family in css["font-family"].split(","):
            assert (family.strip(" '\""), weight, slant) in declared


def test_every_sign_is_in_the_figures_own_font(example: Example) -> None:
    letters = set(chain.from_iterable(css["text"] for css in styles(example[1])))
    for face in font_faces():
        if face.family == style.fonts.SANS and face.style == "normal":
            assert letters <= {chr(code) for code in TTFont(face.path).getBestCmap()}


def test_page_embeds_declared_faces_only(example: Example) -> None:
    with style.house_style():
        figure = blank(40, 20)
        figure.text(0.1, 0.5, "clase ✗")  # a sign that only the fallback has
        unusual = finish(figure, "")
    fonts = _embedded_fonts([example[1], unusual])
    assert fonts <= {"Source-Sans-Pro", "Source-Sans-Pro-Bold", "DejaVu-Sans"}
    assert "DejaVu-Sans" in fonts


def _embedded_fonts(drawings: list[Drawing]) -> set[str]:
    faces = "".join(
        f"@font-face {{ font-family: '{face.family}'; src: url('{face.path.as_uri()}'); "
        f"font-weight: {face.weight}; font-style: {face.style} }}"
        for face in font_faces()
    )
    images = "".join(
        f"<img src='data:image/svg+xml;base64,{base64.b64encode(drawing.svg).decode()}'>"
        for drawing in drawings
    )
    document = HTML(string=f"<style>{faces}</style>{images}")
    pdf = pikepdf.open(BytesIO(document.write_pdf(font_config=FontConfiguration()) or b""))
    return {
        str(item["/FontName"]).partition("+")[2]
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and "/FontName" in item
    }


def test_text_is_of_a_readable_size(example: Example) -> None:
    sizes = {float(css["font-size"].removesuffix("px")) for css in styles(example[1])}
    assert sizes
    assert all(7.5 <= size <= 9 for size in sizes)


def test_size_is_the_svg_s_own_and_fits_the_page(example: Example) -> None:
    drawing = example[1]
    root = ElementTree.fromstring(drawing.svg)
    for attribute, millimetres in (("width", drawing.width), ("height", drawing.height)):
        points = float(root.attrib[attribute].removesuffix("pt"))
        assert points / 72 * MM_PER_INCH == pytest.approx(millimetres, abs=0.02)
    assert drawing.width <= style.TEXT_WIDTH + 0.01
    assert drawing.height <= 215


def test_no_text_leaves_the_drawing(example: Example) -> None:
    drawing = example[1]
    for node in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text"):
        x, y, turn = _anchor(node)
        css = node.attrib["style"]
        length = style.text_width(node.text or "", float(re.search(r"font-size: ([\d.]+)", css)[1]))
        shift = {"middle": 0.5, "end": 1.0}.get(
            m[1] if (m := re.search(r"text-anchor: (\w+)", css)) else "start", 0.0
        )
        start, stop = -shift * length, (1 - shift) * length
        along = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
        for offset in (start, stop):
            left, top = np.array([x, y]) / style.POINTS_PER_MM + offset * along
            assert -0.2 <= left <= drawing.width + 0.2, node.text
            assert -0.2 <= top <= drawing.height + 0.2, node.text


def _anchor(node: ElementTree.Element) -> tuple[float, float, float]:
    transform = node.attrib.get("transform", "")
    turn = re.search(r"rotate\(([-\d.e]+)", transform)
    moved = re.search(r"translate\(([-\d.e]+) ([-\d.e]+)\)", transform)
    place = (moved[1], moved[2]) if moved else (node.attrib["x"], node.attrib["y"])
    return float(place[0]), float(place[1]), float(turn[1]) if turn else 0.0


def test_alt_text_is_spanish_with_the_data_s_numbers(example: Example) -> None:
    alt = example[1].alt
    assert alt.endswith(".")
    assert alt[0].isupper()
    assert re.search(r"\d", alt)
    assert not re.search(r"\d\.\d(?!\d\d)", alt), "a decimal point"
    assert "nan" not in alt


def test_same_input_gives_same_bytes_whatever_the_person_s_own_style(example: Example) -> None:
    draw, drawing = example
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert draw() == drawing
        assert mpl.rcParams["font.size"] == 20


def test_a_dollar_sign_is_no_formula(texts: Callable[[Drawing], list[str]]) -> None:
    with style.house_style():
        figure = blank(40, 20)
        figure.text(0.1, 0.5, "$x$ y $y$")
        assert texts(finish(figure, "")) == ["$x$ y $y$"]


@pytest.mark.parametrize(
    ("places", "formatter", "expected"),
    [
        ([0.0, 0.5, 1.0], style.decimal_ticks(), ["0,0", "0,5", "1,0"]),
        ([0.0, 0.02, 0.04], style.decimal_ticks(), ["0,00", "0,02", "0,04"]),
        ([0.0, 1.0, 2.0], style.decimal_ticks(), ["0", "1", "2"]),
        ([0.97, 0.98, 0.99], style.percent_ticks(), ["97 %", "98 %", "99 %"]),
        ([0.975, 0.98, 0.985], style.percent_ticks(), ["97,5 %", "98,0 %", "98,5 %"]),
        ([0.5], style.percent_ticks(), ["50 %"]),
    ],
)
def test_ticks_show_as_many_decimals_as_they_need(
    places: list[float], formatter: style.SpanishTicks, expected: list[str]
) -> None:
    axis = blank(40, 20).add_subplot().xaxis
    axis.set_major_locator(FixedLocator(places))
    axis.set_major_formatter(formatter)
    assert [text.replace("\u00a0", " ") for text in formatter.format_ticks(places)] == expected


def test_a_hundred_classes_look_different() -> None:
    assert len({style.class_look(index) for index in range(100)}) == 100
    assert len({style.class_look(index)[0] for index in range(10)}) == 10
    assert len({style.class_look(index)[1] for index in range(10)}) == 10


def test_wrapped_breaks_between_words_only() -> None:
    text = "infraestructura ferroviaria → tratamiento con láser"
    lines = style.wrapped(text, 25).split("\n")
    assert len(lines) > 1
    assert " ".join(lines) == text
    assert all(style.text_width(line) <= 25 for line in lines)
    assert style.wrapped("infraestructura", 3) == "infraestructura"
    assert style.wrapped("a\nb", 25) == "a\nb"


def test_photographs_become_jpeg_and_small_pictures_stay_exact(
    pictures: Callable[[Drawing], list[str]], photos: Callable[[int, int, int], np.ndarray]
) -> None:
    with style.house_style():
        kinds = []
        for side in (28, 200):
            figure = blank(30, 30)
            figure.add_subplot().imshow(photos(1, side, 3)[0], interpolation="none")
            kinds.append(pictures(finish(figure, "")))
    assert kinds == [["png"], ["jpeg"]]


def test_faces_are_what_their_files_say() -> None:
    for face in font_faces():
        font = TTFont(face.path)
        names = font["name"]
        assert face.family == (names.getDebugName(16) or names.getDebugName(1))
        assert face.weight == font["OS/2"].usWeightClass
        assert (face.style == "italic") == (font["post"].italicAngle != 0)


def test_faces_come_from_installed_packages() -> None:
    owned = {
        Path(str(distribution(package).locate_file(file))).resolve()
        for package in ("font-source-serif-pro", "font-source-sans-pro", "matplotlib")
        for file in distribution(package).files or []
        if file.suffix == ".ttf"
    }
    assert {face.path.resolve() for face in font_faces()} <= owned


def test_a_missing_font_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.fonts.find_spec", lambda name: None)
    with pytest.raises(TemplateError, match="font-source-serif-pro"):
        font_faces.__wrapped__()


def test_fonts_are_found_without_importing_matplotlib() -> None:
    code = (
        "import sys, reportgen.fonts as f; f.font_faces(); "
        "sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_figures_import_no_torch() -> None:
    code = (
        "import sys, pkgutil, importlib, reportgen.figures as f\n"
        "names = [module.name for module in pkgutil.iter_modules(f.__path__)]\n"
        "assert len(names) > 10\n"
        "for name in names: importlib.import_module(f'{f.__name__}.{name}')\n"
        "sys.exit('torch' in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
