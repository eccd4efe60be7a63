"""A grid of classes by classes."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reportgen.figures import style
from reportgen.figures.drawing import blank

_AXIS_LABEL = 6.0  # mm
_WIDEST, _LOWEST, _HIGHEST = 24.0, 7.6, 170.0
_LABEL_PITCH = 3.4


def class_grid(classes: Sequence[str], across: str, down: str) -> tuple[Figure, Axes, float]:
    """A figure with one square unit for each pair of classes, the first row on top.

    Args:
        classes: the names, for rows and columns.
        across: what the columns are.
        down: what the rows are.

    Returns:
        the figure, its axes and the width of a cell in mm.
    """
    size = len(classes)
    longest = max(style.text_width(name) for name in classes)
    left = _AXIS_LABEL + longest + 2
    width = min(_WIDEST, (style.TEXT_WIDTH - left - 1) / size)
    height = min(max(_LOWEST, width / 2.2), _HIGHEST / size)
    upright = longest < width - 1
    below = _AXIS_LABEL + (4.5 if upright else longest + 2)
    figure = blank(left + size * width + 1, below + size * height + 1)
    axes = style.axes_at(figure, left, below, size * width, size * height)
    step = ceil(_LABEL_PITCH / min(height, width))
    places = np.arange(0, size, step) + 0.5
    axes.set_xticks(places, classes[::step], rotation=0 if upright else 90)
    axes.set_yticks(places, classes[::step])
    axes.set(xlim=(0, size), ylim=(size, 0))
    axes.tick_params(length=0, pad=2)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(across, labelpad=2)
    axes.set_ylabel(down, labelpad=3)
    return figure, axes, width
