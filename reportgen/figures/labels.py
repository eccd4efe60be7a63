"""Labels beside marks on a crowded panel, where they hide the fewest points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_DISTANCES = (1.6, 3.0, 5.0, 8.0, 12.0)  # mm between a mark and its label's edge
_DIRECTIONS = 16
_MARK, _POINT = 1.2, 0.5  # mm: half the size of a mark, and of a point
_ALONG = np.linspace(0, 1, 9)[1:-1, None]  # where a line from mark to label is looked at
# What a label does against how far it goes, in hidden points a mm; all but the first never pay.
_FAR, _OVER_LINE, _OVER_MARK, _OVER_LABEL = 1.0, 30.0, 100.0, 1000.0


def beside(
    marks: ArrayLike,
    sizes: ArrayLike,
    points: ArrayLike,
    width: float,
    height: float,
    taken: Sequence[tuple[Array, Array]] = (),
) -> Array:
    """Centres (N, 2) for labels beside their marks, inside the panel; all in mm.

    One label after the other takes the place where it hides fewest points near its mark, no mark,
    no other label and no line to one; where the panel is too full for that, it hides what it must.

    Args:
        marks: what is labelled (N, 2).
        sizes: widths and heights of the labels (N, 2).
        points: what shall stay visible (M, 2).
        width: the panel's width.
        height: the panel's height.
        taken: centres and sizes of boxes that stand there already.
    """
    marks, sizes = np.asarray(marks, np.float64), np.asarray(sizes, np.float64)
    points = np.asarray(points, np.float64)
    boxes = list(taken)
    placed, lines = np.empty_like(marks), np.empty((0, 2))
    for index, (mark, size) in enumerate(zip(marks, sizes, strict=True)):
        centres, far = _candidates(mark, size, np.array([width, height]))
        cost = _FAR * far + _hidden(centres, size, points, _POINT)
        cost += _OVER_MARK * _hidden(centres, size, marks, _MARK)
        cost += _OVER_LINE * _hidden(centres, size, lines, _POINT)
        own = mark + _ALONG[:, None] * (centres - mark)  # (places along a line, candidates, 2)
        for centre, other in boxes:
            reach = (size + other) / 2
            cost += _OVER_LABEL * (np.abs(centres - centre) < reach).all(axis=1)
            cost += _OVER_LINE * (np.abs(own - centre) < other / 2).all(axis=2).sum(axis=0)
        chosen = int(cost.argmin())
        placed[index] = centres[chosen]
        lines = np.concatenate([lines, own[:, chosen]])
        boxes.append((placed[index], size))
    return placed


def emptiest_corner(size: ArrayLike, points: ArrayLike, width: float, height: float) -> Array:
    """The centre (2,) of a box of this size in the panel's corner where it hides fewest points."""
    size, paper = np.asarray(size, np.float64), np.array([width, height])
    corners = np.array([(1, 0), (0, 0), (1, 1), (0, 1)]) * (paper - size) + size / 2
    hidden = _hidden(corners, size, np.asarray(points, np.float64), _POINT)
    chosen: Array = corners[int(hidden.argmin())]
    return chosen


def _candidates(mark: Array, size: Array, paper: Array) -> tuple[Array, Array]:
    """Centres around a mark, moved inside the panel, and how far from it each is, in mm."""
    angles = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    centres = [mark + directions * (size / 2 + distance) for distance in _DISTANCES]
    inside = np.clip(np.concatenate(centres), size / 2, paper - size / 2)
    return inside, np.repeat(_DISTANCES, _DIRECTIONS)


def _hidden(centres: Array, size: Array, points: Array, margin: float) -> Array:
    """How many of ``points`` lie under a box of ``size`` at each of ``centres``."""
    apart = np.abs(points[None] - centres[:, None])
    inside = (apart < size / 2 + margin).all(axis=2)
    return np.asarray(inside.sum(axis=1), np.float64)
