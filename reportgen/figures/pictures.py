"""Images of a dataset as matplotlib and Pillow want them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

from reportgen.figures.drawing import MM_PER_INCH, RASTER_DPI


def pixels(length: float) -> int:
    """The pixels that ``length`` mm take in a figure."""
    return round(length / MM_PER_INCH * RASTER_DPI)


def as_rgb(image: NDArray[np.uint8]) -> Image.Image:
    """One image (H, W, C) with one channel or three.

    Raises:
        ValueError: another shape or type.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3):
        raise ValueError(f"an image of uint8 (H, W, 1 or 3) is needed, not {image.shape}")
    return Image.fromarray(np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3))))


def place(axes: Axes, image: NDArray[np.uint8], left: float, bottom: float, side: float) -> None:
    """Show an image inside a square of ``side`` mm, never with more pixels than printing needs."""
    picture = as_rgb(image)
    picture.thumbnail((pixels(side), pixels(side)), Image.Resampling.LANCZOS)
    longest = max(picture.size)
    width, height = side * picture.width / longest, side * picture.height / longest
    left, bottom = left + (side - width) / 2, bottom + (side - height) / 2
    axes.imshow(
        np.asarray(picture),
        extent=(left, left + width, bottom, bottom + height),
        aspect="auto",
        interpolation="none",
    )
