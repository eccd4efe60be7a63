"""How far the classes lie from one another, and how far each spreads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, finish
from reportgen.figures.grid import class_grid
from reportgen.spanish import decimal, enumeration

# Darker is closer.
_NEAR = LinearSegmentedColormap.from_list("near", [style.PALE_ORANGE, "#FFFFFF"])
_ONE_LINE = 7.0  # mm: the cell width from which a number fits


@style.house_style()
def class_distances(
    distances: ArrayLike, dispersion: Sequence[float], classes: Sequence[str]
) -> Drawing:
    """Distances between class centroids below the diagonal, dispersions within classes on it.

    Args:
        distances: (C, C), symmetric, in the unit of the space.
        dispersion: the C dispersions, in the same unit.
        classes: the C names.

    Raises:
        ValueError: the sizes differ, or there are fewer than two classes.
    """
    between = np.asarray(distances, np.float64)
    size = len(classes)
    if between.shape != (size, size) or len(dispersion) != size or size < 2:
        raise ValueError(f"{between.shape} distances, {len(dispersion)} dispersions, {size} names")
    figure, axes, cell = class_grid(classes, across="Clase", down="Clase")
    below = [between[pair] for pair in combinations(range(size), 2)]
    tone = Normalize(min(below), max(below))
    digits = 1 if between.max() >= 10 else 2
    for column, row in combinations_with_replacement(range(size), 2):
        inside = row == column
        value = dispersion[row] if inside else float(between[row, column])
        face = style.PALE if inside else _NEAR(tone(value))
        axes.add_patch(Rectangle((column, row), 1, 1, facecolor=face, edgecolor="w", lw=0.5))
        if cell >= _ONE_LINE:
            axes.text(
                column + 0.5,
                row + 0.5,
                decimal(value, digits),
                ha="center",
                va="center",
                fontsize=style.SMALL,
                fontweight=700 if inside else 400,
            )
    column, row = min(combinations(range(size), 2), key=lambda pair: between[pair])
    widest = classes[int(np.argmax(dispersion))]
    return finish(
        figure,
        f"Distancias entre los centroides de {size} clases; las más próximas son "
        f"{enumeration([classes[column], classes[row]])} "
        f"({decimal(float(between[row, column]), digits)}) y la más dispersa es {widest} "
        f"({decimal(max(dispersion), digits)}).",
    )
