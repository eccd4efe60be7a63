"""An embedding laid on paper: positions in mm, one scale for both axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from reportgen.figures import style


@dataclass(frozen=True)
class Plane:
    """The map from an embedding's units to mm on a panel of ``width`` × ``height`` mm."""

    width: float
    height: float
    scale: float
    offset: NDArray[np.float64]

    @classmethod
    def around(cls, points: ArrayLike, width: float, height: float, margin: float) -> Plane:
        """The largest plane on which all points (N, 2) keep ``margin`` mm from the edge.

        Raises:
            ValueError: there are no points, or not all of them are finite.
        """
        array = _cloud(points)
        low, high = array.min(axis=0), array.max(axis=0)
        paper = np.array([width, height])
        spread = np.maximum(high - low, 1e-9)
        scale = float(((paper - 2 * margin) / spread).min())
        return cls(width, height, scale, paper / 2 - scale * (low + high) / 2)

    def place(self, points: ArrayLike) -> NDArray[np.float64]:
        """Points (N, 2) in mm from the panel's lower left corner."""
        return self.scale * np.asarray(points, np.float64) + self.offset

    def frame(self, axes: Axes) -> None:
        """Make ``axes`` a sheet of this size: mm as units, no ticks, a thin frame."""
        axes.set(xlim=(0, self.width), ylim=(0, self.height), xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=style.PALE)


def fitting_height(
    clouds: Sequence[ArrayLike], width: float, margin: float, lowest: float, highest: float
) -> float:
    """The height in mm at which the tallest of the clouds (N, 2) fills a panel of ``width`` mm.

    It is held between ``lowest`` and ``highest``.

    Raises:
        ValueError: as `Plane.around`.
    """
    spreads = [np.ptp(_cloud(cloud), axis=0) for cloud in clouds]
    shape = max(float(y / max(x, 1e-9)) for x, y in spreads)
    return float(np.clip((width - 2 * margin) * shape + 2 * margin, lowest, highest))


def _cloud(points: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(points, np.float64)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array) or not np.isfinite(array).all():
        raise ValueError(f"an embedding of shape {array.shape} with finite points is needed")
    return array


def spread_apart(
    centres: ArrayLike, sizes: ArrayLike, width: float, height: float
) -> NDArray[np.float64]:
    """Move boxes as little as needed so that none covers another or leaves the panel.

    Args:
        centres: wished centres (N, 2) in mm.
        sizes: widths and heights (N, 2) in mm.
        width: the panel's width in mm.
        height: the panel's height in mm.

    Returns:
        centres (N, 2); boxes still overlap where the panel is too full for them.
    """
    sizes = np.asarray(sizes, np.float64)
    low, high = sizes / 2, np.array([width, height]) - sizes / 2
    placed = np.clip(np.asarray(centres, np.float64), low, high)
    for _ in range(500):
        moved = False
        for first in range(len(placed)):
            for second in range(first):
                gap = placed[first] - placed[second]
                overlap = (sizes[first] + sizes[second]) / 2 - np.abs(gap)
                if (overlap <= 1e-6).any():
                    continue
                axis = int(np.argmin(overlap))
                push = np.zeros(2)
                push[axis] = (overlap[axis] / 2 + 1e-3) * (1 if gap[axis] >= 0 else -1)
                placed[first] += push
                placed[second] -= push
                moved = True
        placed = np.clip(placed, low, high)
        if not moved:
            break
    return placed
