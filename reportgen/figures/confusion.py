"""The confusion matrix: counts and shares of each true class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, finish
from reportgen.figures.grid import class_grid
from reportgen.spanish import integer, percent

_RIGHT = LinearSegmentedColormap.from_list("right", ["#FFFFFF", style.PALE_BLUE])
_WRONG = LinearSegmentedColormap.from_list("wrong", ["#FFFFFF", style.PALE_ORANGE])
_TWO_LINES = 12.0  # mm: the cell width from which count and share both fit
_ONE_LINE = 6.0  # mm: the cell width from which a count fits
_MOST_VECTOR = 24  # classes: more cells are drawn as one picture


@style.house_style()
def confusion_matrix(
    matrix: NDArray[np.int64] | Sequence[Sequence[int]],
    classes: Sequence[str],
    pairs: Sequence[Mapping[str, Any]],
) -> Drawing:
    """Counts and row shares; errors are shaded apart from hits, the worst pairs framed.

    Args:
        matrix: (C, C) counts, one row a true class, one column a predicted class.
        classes: the C names, in the matrix' order.
        pairs: the confusions to frame, worst first, each with ``true`` and ``predicted``
            (names), ``count`` and ``share`` (of the true class, a fraction).

    Raises:
        ValueError: the matrix isn't C × C.
    """
    counts = np.asarray(matrix)
    size = len(classes)
    if counts.shape != (size, size):
        raise ValueError(f"a {counts.shape} matrix doesn't fit {size} classes")
    figure, axes, cell = class_grid(classes, across="Clase predicha", down="Clase verdadera")
    _shade(axes, counts)
    _write(axes, counts, cell, {(pair["true"], pair["predicted"]) for pair in pairs}, classes)
    return finish(figure, _alt(size, pairs))


def _shade(axes: Axes, counts: NDArray[np.int64]) -> None:
    """Hits by their share of the class, errors by their share relative to the worst one."""
    shares = _row_shares(counts)
    hits = np.eye(len(counts), dtype=bool)
    worst = max(float(shares[~hits].max(initial=0)), 1e-9)
    grid = np.arange(len(counts) + 1)
    for values, cell, ramp, top in ((shares, hits, _RIGHT, 1.0), (shares, ~hits, _WRONG, worst)):
        shown = np.ma.masked_array(values, ~cell)
        mesh = axes.pcolormesh(grid, grid, shown, cmap=ramp, vmin=0, vmax=top)
        mesh.set(edgecolor="w", linewidth=0.5, rasterized=len(counts) > _MOST_VECTOR)


def _write(
    axes: Axes,
    counts: NDArray[np.int64],
    cell: float,
    framed: set[tuple[str, str]],
    classes: Sequence[str],
) -> None:
    shares = _row_shares(counts)
    for row, column in np.ndindex(counts.shape):
        mark = (classes[row], classes[column]) in framed
        if mark:
            axes.add_patch(
                Rectangle((column, row), 1, 1, fill=False, ec=style.INK, lw=1.5, zorder=3)
            )
        text = integer(int(counts[row, column]))
        if cell >= _TWO_LINES:
            text = f"{text}\n{percent(float(shares[row, column]), 1)}"
        if counts[row, column] == 0:
            text = "·"
        if cell >= _ONE_LINE:
            axes.text(
                column + 0.5,
                row + 0.5,
                text,
                ha="center",
                va="center",
                fontsize=style.SMALL,
                color=style.GREY if text == "·" else style.INK,
                fontweight=700 if mark or row == column else 400,
                linespacing=1.05,
            )


def _row_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(counts / totals, np.float64)


def _alt(size: int, pairs: Sequence[Mapping[str, Any]]) -> str:
    start = f"Matriz de confusión de {size} clases; "
    if not pairs:
        return start + "sin errores."
    worst = max(pairs, key=lambda pair: pair["count"])
    return (
        f"{start}el error más frecuente es {worst['true']}→{worst['predicted']}, "
        f"{style.counted(worst['count'], 'caso', 'casos')} ({percent(worst['share'])} de la clase)."
    )
