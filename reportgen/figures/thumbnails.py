"""An embedding that shows the images themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import Image, ImageOps

from reportgen.figures import pictures, style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.figures.plane import Plane, fitting_height
from reportgen.spanish import integer

_WIDTH = 128.0  # mm: the page's text column
_LOWEST, _HIGHEST = 64.0, 92.0
_SIDE = 5.0
_BORDER = 3  # pixels


@style.house_style()
def thumbnails(
    points: NDArray[np.floating],
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    classes: Sequence[str],
) -> Drawing:
    """As many thumbnails as fit without covering one another, framed in their class's colour.

    Args:
        points: the embedding (N, 2).
        images: (N, H, W, C) with C = 1 or 3.
        labels: class indices (N,).
        classes: the classes' names.

    Raises:
        ValueError: the numbers of points, images and labels differ, or there are none.
    """
    if not len(points) == len(images) == len(labels):
        raise ValueError(f"{len(points)} points, {len(images)} images, {len(labels)} labels")
    key = [_entry(index, str(name)) for index, name in enumerate(classes)]
    below = style.legend_height(key, _WIDTH)
    width = _WIDTH - 0.4
    height = fitting_height([points], width, _SIDE / 2 + 0.5, _LOWEST, _HIGHEST)
    plane = Plane.around(points, width, height, _SIDE / 2 + 0.5)
    positions = plane.place(points)
    shown = non_overlapping(positions, _SIDE)
    sheet = Image.new("RGB", (pictures.pixels(width), pictures.pixels(height)), "white")
    for index in shown:
        tile = _tile(images[index], style.class_look(int(labels[index]))[0])
        x, y = positions[index]
        corner = pictures.pixels(x - _SIDE / 2), pictures.pixels(height - y - _SIDE / 2)
        sheet.paste(tile, corner)
    figure = blank(_WIDTH, below + height + 0.2)
    axes = style.axes_at(figure, 0.2, below, width, height)
    axes.imshow(
        np.asarray(sheet), extent=(0, width, 0, height), aspect="auto", interpolation="none"
    )
    plane.frame(axes)
    style.legend(figure, key, 0, below, _WIDTH)
    return finish(
        figure,
        f"Proyección t-SNE con {style.counted(len(shown), 'miniatura', 'miniaturas')} de "
        f"{integer(len(points))} muestras de {len(np.unique(labels))} clases.",
    )


def non_overlapping(positions: NDArray[np.floating], side: float) -> list[int]:
    """Indices of points whose squares of ``side`` don't overlap, taken in a fixed random order."""
    chosen: list[int] = []
    for index in np.random.default_rng(0).permutation(len(positions)):
        apart = np.abs(positions[chosen] - positions[index]).max(axis=1)
        if (apart >= side).all():
            chosen.append(int(index))
    return chosen


def _tile(image: NDArray[np.uint8], colour: str) -> Image.Image:
    side = pictures.pixels(_SIDE) - 2 * _BORDER
    return ImageOps.expand(
        ImageOps.fit(pictures.as_rgb(image), (side, side)), border=_BORDER, fill=colour
    )


def _entry(index: int, name: str) -> Line2D:
    entry = Line2D([], [], color=style.class_look(index)[0], marker="s", linestyle="none")
    entry.set(label=name, markersize=5)
    return entry
