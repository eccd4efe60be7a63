"""Decoded images as arrays of one size, mapped from disk so that memory doesn't grow with them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data.source import SUBSETS, Dataset, Subset
from reportgen.errors import DataError
from reportgen.files import disk_full_explained

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Decoded:
    """What a reader gives: for each subset the images, one at a time, and their labels.

    Attributes:
        sizes: the different (width, height) of the images.
    """

    images: dict[str, Iterable[NDArray[np.uint8]]]
    labels: dict[str, NDArray[np.int64]]
    classes: tuple[str, ...]
    sizes: set[tuple[int, int]]
    notes: tuple[str, ...] = ()


def mapped(decoded: Decoded, image_size: int | None, folder: Path) -> Dataset:
    """The images, brought to one size, as arrays mapped from nameless files below ``folder``.

    Such a file is there for as long as its array, and never outlives the process.

    Raises:
        DataError: ``image_size`` is None and the images differ in size.
        DiskFullError: the arrays don't fit.
    """
    if image_size is None and len(decoded.sizes) > 1:
        raise DataError(
            f"the images differ in size ({_span(decoded.sizes, 'to')})",
            hint="set the experiment's image_size to bring all of them to one",
        )
    folder.mkdir(parents=True, exist_ok=True)
    width, height = max(decoded.sizes) if image_size is None else (image_size, image_size)
    count = sum(len(labels) for labels in decoded.labels.values())
    with disk_full_explained(folder, 3 * count * width * height):
        subsets = {
            name: Subset(
                _mapped_images(
                    (_fitted(image, image_size) for image in decoded.images[name]),
                    len(decoded.labels[name]),
                    folder,
                ),
                decoded.labels[name],
            )
            for name in SUBSETS
        }
    return Dataset(
        train=subsets["train"],
        validation=subsets["validation"],
        classes=decoded.classes,
        notes=(*decoded.notes, *_size_notes(decoded.sizes, image_size)),
    )


def _mapped_images(
    images: Iterator[NDArray[np.uint8]], count: int, folder: Path
) -> NDArray[np.uint8]:
    """Write ``count`` images one at a time, so that memory doesn't grow with them, and map them.

    They aren't written through a map: that ends the process, not raises, where the disk is full.
    """
    import numpy as np

    with tempfile.TemporaryFile(dir=folder) as stream:
        first = next(images)
        stream.write(first.tobytes())
        for image in images:
            stream.write(image.tobytes())
        stream.flush()
        # Copy on write: torch warns of arrays that it may not write to.
        return np.memmap(stream, np.uint8, mode="c", shape=(count, *first.shape))


def _fitted(image: NDArray[np.uint8], size: int | None) -> NDArray[np.uint8]:
    """The centre square of ``image``, resized to ``size`` pixels."""
    import numpy as np
    from PIL import Image

    height, width, channels = image.shape
    if size is None or (height, width) == (size, size):
        return image
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    picture = Image.fromarray(image[:, :, 0] if channels == 1 else np.ascontiguousarray(image))
    resized = picture.resize(
        (size, size), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side)
    )
    return np.asarray(resized).reshape(size, size, channels)


def _span(sizes: set[tuple[int, int]], to: str) -> str:
    ordered = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    smallest, largest = (f"{width}×{height}" for width, height in (ordered[0], ordered[-1]))
    return smallest if len(sizes) == 1 else f"{smallest} {to} {largest}"


def _size_notes(sizes: set[tuple[int, int]], image_size: int | None) -> tuple[str, ...]:
    if image_size is None or sizes == {(image_size, image_size)}:
        return ()
    return (
        f"Imágenes de {_span(sizes, 'a')} píxeles, llevadas a {image_size}×{image_size}: lado "
        "menor reescalado y recorte central.",
    )
