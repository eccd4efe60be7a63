"""The one style of all figures: fonts, sizes, lines, colours, Spanish numbers on the axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.ticker import Formatter

from reportgen import fonts, spanish
from reportgen.figures.drawing import MM_PER_INCH

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

TEXT_WIDTH = 160.0  # mm, the page's text block
SMALL, NORMAL = 7.5, 8.5  # pt
POINTS_PER_MM = 72 / MM_PER_INCH
_LEGEND_ROW = 4.2  # mm

# Okabe & Ito, "Color Universal Design" (2008): told apart with any kind of colour vision.
BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
INK, GREY, PALE = "#1A1A1A", "#6B6B6B", "#D9D9D9"
# Fills that dark text stays readable on.
PALE_BLUE, PALE_ORANGE = "#6FB1DD", "#F8C083"
# Petroff, "Accessible color sequences for data visualization" (2021), arXiv:2107.02270.
TEN_COLOURS = (
    *("#3F90DA", "#FFA90E", "#BD1F01", "#94A4A2", "#832DB6"),
    *("#A96B59", "#E76300", "#B9AC70", "#717581", "#92DADD"),
)
TEN_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">")

_STYLE: dict[RcKeyType, Any] = {
    "font.family": [fonts.SANS, fonts.FALLBACK],
    "font.size": NORMAL,
    "axes.titlesize": NORMAL,
    "axes.titleweight": 700,
    "axes.titlelocation": "left",
    "axes.labelsize": NORMAL,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.ymargin": 0.08,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
    "grid.color": PALE,
    "grid.linewidth": 0.4,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.5,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "text.color": INK,
    # A class may be named "$x$"; and mathtext would bring faces of its own.
    "text.parse_math": False,
    "image.composite_image": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "reportgen",
}


@contextmanager
def house_style() -> Iterator[None]:
    """The style, whatever a person's own matplotlibrc says; serves as a decorator too."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def _register_fonts() -> None:
    # A system's face of the same name would be measured in place of the shipped one.
    fontManager.ttflist.clear()
    for face in fonts.font_faces():
        fontManager.addfont(face.path)


_register_fonts()


def class_look(index: int) -> tuple[str, str]:
    """Colour and marker of a class: ten distinct pairs, then other pairs of the same ten."""
    size = len(TEN_COLOURS)
    return TEN_COLOURS[index % size], TEN_MARKERS[(index + index // size) % size]


@cache
def text_width(text: str, size: float = SMALL) -> float:
    """The width of ``text`` in mm as printed at ``size`` pt."""
    if not text.strip():
        return 0.0
    font = FontProperties(family=[fonts.SANS, fonts.FALLBACK], size=size)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / POINTS_PER_MM


def wrapped(text: str, width: float, size: float = SMALL) -> str:
    """``text`` at ``size`` pt in lines of at most ``width`` mm, broken between words."""
    lines = []
    for line in text.split("\n"):
        first, *words = line.split(" ")
        lines.append(first)
        for word in words:
            longer = f"{lines[-1]} {word}"
            if text_width(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
    return "\n".join(lines)


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place of the figure, in mm from its lower left corner."""
    across, up = (MM_PER_INCH * float(inches) for inches in figure.get_size_inches())
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def legend_height(entries: Sequence[Line2D], width: float) -> float:
    """The height in mm of a legend below a picture of ``width`` mm."""
    return _LEGEND_ROW * _legend_grid(entries, width)[0] + 1.5


def legend(
    figure: Figure, entries: Sequence[Line2D], left: float, top: float, width: float
) -> None:
    """A legend in rows, read from left to right, centred below ``top``; all in mm."""
    _, columns = _legend_grid(entries, width)
    across, up = (MM_PER_INCH * float(inches) for inches in figure.get_size_inches())
    # matplotlib fills column by column.
    by_column = [entry for first in range(columns) for entry in entries[first::columns]]
    figure.legend(
        handles=by_column,
        loc="upper center",
        bbox_to_anchor=((left + width / 2) / across, (top - 0.5) / up),
        ncols=columns,
        handlelength=1.4,
        handletextpad=0.5,
        columnspacing=1.0,
        borderaxespad=0,
        borderpad=0.2,
        labelspacing=0.4,
    )


def _legend_grid(entries: Sequence[Line2D], width: float) -> tuple[int, int]:
    """Rows and columns, as even as they come; one row where all fit into it."""
    widths = [text_width(str(entry.get_label())) + 7.8 for entry in entries]
    if sum(widths) <= width:
        return 1, len(entries)
    rows = math.ceil(len(entries) / max(1, int(width / max(widths))))
    return rows, math.ceil(len(entries) / rows)


class SpanishTicks(Formatter):
    """Tick labels with the decimals that the axis' own step asks for.

    Args:
        write: ``spanish.decimal`` or ``spanish.percent``.
        unit: what one shown unit is worth on the axis (0.01 for percent).
    """

    def __init__(self, write: Callable[[float, int], str], unit: float = 1.0) -> None:
        self.write = write
        self.unit = unit

    def __call__(self, value: float, position: int | None = None) -> str:  # noqa: ARG002
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        steps = [abs(b - a) for a, b in pairwise(values) if a != b]
        step = min(steps, default=self.unit) / self.unit
        # A step of 0.02 in floating point may come out as 0.0199999.
        digits = next((n for n in range(6) if math.isclose(step, round(step, n), rel_tol=1e-6)), 6)
        return [self.write(value, digits) for value in values]


def decimal_ticks() -> SpanishTicks:
    """Numbers with a decimal comma."""
    return SpanishTicks(spanish.decimal)


def percent_ticks() -> SpanishTicks:
    """Fractions written as percentages."""
    return SpanishTicks(spanish.percent, unit=0.01)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: ``1 caso``, ``7 casos``."""
    return f"{spanish.integer(number)} {one if number == 1 else many}"
