"""Scatter pictures of two-dimensional embeddings such as t-SNE's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.figures.labels import beside, emptiest_corner
from reportgen.figures.plane import Plane, fitting_height
from reportgen.spanish import enumeration, integer, percent

_MOST_VECTOR = 200  # points in a figure: more of them make the page slow to typeset
_GAP = 4.0  # mm
_TITLE = 6.0
_ALONE = 128.0  # the width of a single panel: the page's text column
_FLAT, _TALL = 0.5, 0.72  # height by width: as the cloud is, so that two figures share a page
_EDGE = 3.0  # mm between the cloud and the frame
_LABEL_HEIGHT = 3.4
_LABEL_BOX = {"facecolor": "w", "edgecolor": "none", "alpha": 0.85, "pad": 1}
_CENTROID_LOOK: dict[str, Any] = {
    "linestyle": "none",
    "marker": "P",
    "markersize": 5.5,
    "markerfacecolor": style.INK,
    "markeredgecolor": "w",
    "markeredgewidth": 0.7,
}
_LINE_LOOK: dict[str, Any] = {"color": style.INK, "linewidth": 1.0, "linestyle": "-"}
_RING_LOOK: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 6,
    "markerfacecolor": "none",
    "markeredgecolor": style.INK,
    "markeredgewidth": 0.9,
}


Box = tuple[NDArray[np.float64], NDArray[np.float64]]  # centre and size in mm


@dataclass(frozen=True)
class Panel:
    """One embedding: points (N, 2), class indices (N,), the classes' names.

    ``separation`` is the line ``weights · point + bias = 0`` in the embedding's own units, with
    ``misplaced``, the indices of the points on its wrong side, as
    :func:`reportgen.analysis.separability.in_plane` measures it.
    """

    points: NDArray[np.floating]
    labels: NDArray[np.integer]
    classes: Sequence[str]
    title: str = ""
    separation: Mapping[str, Any] | None = None


def embedding(
    points: NDArray[np.floating],
    labels: NDArray[np.integer],
    classes: Sequence[str],
    separation: Mapping[str, Any] | None = None,
) -> Drawing:
    """One embedding, the class centroids labelled; see :func:`embeddings`."""
    return embeddings([Panel(points, labels, classes, separation=separation)])


@style.house_style()
def embeddings(panels: Sequence[Panel]) -> Drawing:
    """Embeddings side by side, two in a row, with one legend where they share their classes.

    Where a panel has a separating line, it is drawn and the points on its wrong side are ringed.

    Raises:
        ValueError: there is no panel, or an embedding without points.
    """
    if not panels:
        raise ValueError("a figure of embeddings needs a panel")
    columns = min(2, len(panels))
    rows = ceil(len(panels) / columns)
    whole = style.TEXT_WIDTH if columns > 1 else _ALONE
    width = (whole - _GAP * (columns - 1)) / columns
    height = fitting_height(
        [panel.points for panel in panels], width, _EDGE, _FLAT * width, _TALL * width
    )
    title = _TITLE if any(panel.title for panel in panels) else 1.0
    shared = all(list(panel.classes) == list(panels[0].classes) for panel in panels)
    keys = [_key(panel) for panel in (panels[:1] if shared else panels)]
    key_width = whole if shared else width
    key_height = max(style.legend_height(key, key_width) for key in keys)
    step = title + height + (0 if shared else key_height)
    figure = blank(whole, rows * step + (key_height if shared else 0))
    rasterised = sum(len(panel.points) for panel in panels) > _MOST_VECTOR
    for index, panel in enumerate(panels):
        left = (index % columns) * (width + _GAP)
        bottom = key_height + (rows - 1 - index // columns) * step
        axes = style.axes_at(figure, left + 0.2, bottom, width - 0.4, height)
        axes.set_title(panel.title[:1].upper() + panel.title[1:], pad=3)
        _draw(axes, panel, Plane.around(panel.points, width - 0.4, height, _EDGE), rasterised)
        if not shared:
            style.legend(figure, keys[index], left, bottom, width)
    if shared:
        style.legend(figure, keys[0], 0, key_height, whole)
    return finish(figure, " ".join(_alt(panel) for panel in panels))


def _draw(axes: Axes, panel: Panel, plane: Plane, rasterised: bool) -> None:
    plane.frame(axes)
    positions = plane.place(panel.points)
    size = float(np.clip(4000 / len(positions), 5, 14))
    # In shuffled slices, so that the last class doesn't hide the others where they mix.
    order = np.random.default_rng(0).permutation(len(positions))
    for part in np.array_split(order, 12):
        for index in np.unique(panel.labels[part]):
            colour, marker = style.class_look(int(index))
            x, y = positions[part[panel.labels[part] == index]].T
            dots = axes.scatter(x, y, s=size, c=colour, marker=marker, linewidths=0)
            dots.set_rasterized(rasterised)
    taken = []
    if panel.separation is not None:
        taken = [_separate(axes, panel, panel.separation, plane)]
    _label_centroids(axes, panel, plane, taken)


def _separate(axes: Axes, panel: Panel, line: Mapping[str, Any], plane: Plane) -> Box:
    """Draw the line and ring what lies on its wrong side; returns where the count stands."""
    weights = np.asarray(line["weights"], np.float64)
    bias = line["bias"] * plane.scale - weights @ plane.offset
    centre = np.array([plane.width, plane.height]) / 2
    foot = centre - weights * (weights @ centre + bias) / (weights @ weights)
    axes.axline(
        (foot[0], foot[1]), (foot[0] - weights[1], foot[1] + weights[0]), **_LINE_LOOK, zorder=3
    )
    wrong = list(line["misplaced"])
    x, y = plane.place(panel.points[wrong]).T
    axes.plot(x, y, **_RING_LOOK, zorder=3)
    count = f"lado equivocado: {integer(len(wrong))} de {integer(len(panel.points))}"
    if _one_sided(panel, line):
        count = f"todo al mismo lado; {integer(len(wrong))} de {integer(len(panel.points))} mal"
    size = np.array([style.text_width(count) + 2, _LABEL_HEIGHT])
    centre = emptiest_corner(size + 1, plane.place(panel.points), plane.width, plane.height)
    _write(axes, count, centre, 400)
    return centre, size


def _one_sided(panel: Panel, line: Mapping[str, Any]) -> bool:
    """Whether all points lie on one side of the line: what is misplaced is one whole class."""
    wrong = np.isin(np.arange(len(panel.labels)), line["misplaced"])
    return any(np.array_equal(wrong, panel.labels == label) for label in np.unique(panel.labels))


def _centroids(panel: Panel) -> dict[int, NDArray[np.float64]]:
    present = np.unique(panel.labels)
    return {int(i): panel.points[panel.labels == i].mean(axis=0, dtype=float) for i in present}


def _label_centroids(axes: Axes, panel: Panel, plane: Plane, taken: Sequence[Box]) -> None:
    centroids = _centroids(panel)
    names = [str(panel.classes[index]) for index in centroids]
    marks = plane.place(list(centroids.values()))
    sizes = [(style.text_width(name) + 2, _LABEL_HEIGHT) for name in names]
    points = plane.place(panel.points)
    labels = beside(marks, sizes, points, plane.width, plane.height, taken)
    for name, label, mark in zip(names, labels, marks, strict=True):
        axes.plot(*zip(mark, label, strict=True), color=style.INK, linewidth=0.6, zorder=4)
        _write(axes, name, label, 700)
    axes.plot(*marks.T, **_CENTROID_LOOK, zorder=6)


def _write(axes: Axes, text: str, centre: NDArray[np.float64], weight: int) -> None:
    axes.text(
        centre[0],
        centre[1],
        text,
        ha="center",
        va="center",
        fontsize=style.SMALL,
        fontweight=weight,
        bbox=_LABEL_BOX,
        zorder=5,
    )


def _key(panel: Panel) -> list[Line2D]:
    entries = []
    for index, name in enumerate(panel.classes):
        colour, marker = style.class_look(index)
        dot = Line2D([], [], color=colour, marker=marker, markersize=4, linestyle="none")
        dot.set(label=str(name), markeredgewidth=0)
        entries.append(dot)
    entries.append(Line2D([], [], label="centroide", **_CENTROID_LOOK))
    if panel.separation is not None:
        entries.append(Line2D([], [], label="frontera lineal", **_LINE_LOOK))
        entries.append(Line2D([], [], label="en el lado equivocado", **_RING_LOOK))
    return entries


def _alt(panel: Panel) -> str:
    samples = style.counted(len(panel.points), "muestra", "muestras")
    present = _centroids(panel)
    title = f"{panel.title}: " if panel.title else ""
    text = f"{title}proyección t-SNE de {samples} de {len(present)} clases"
    text = text[0].upper() + text[1:]
    if panel.separation is not None:
        wrong = len(panel.separation["misplaced"])
        count = f"{integer(wrong)} ({percent(wrong / len(panel.points))})"
        if _one_sided(panel, panel.separation):
            count = f"todo al mismo lado, {count}"
        return f"{text}; la frontera lineal deja {count} en el lado equivocado."
    if len(present) < 3:
        return text + "."
    _, near, far = min(
        (float(np.hypot(*(present[i] - present[j]))), i, j)
        for i in present
        for j in present
        if i < j
    )
    pair = enumeration([str(panel.classes[near]), str(panel.classes[far])])
    return f"{text}; los centroides más próximos son los de {pair}."
