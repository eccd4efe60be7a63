"""Decoded images: made once, kept as plain arrays in the cache, and memory-mapped from there."""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.data.fingerprint import file_digest
from reportgen.data.source import SUBSETS, Dataset, Subset
from reportgen.errors import DataError
from reportgen.files import disk_full_explained, sync_folder, write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ABOUT = "about.json"

_log = logging.getLogger(__name__)


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


def keep(place: Path, decoded: Decoded, image_size: int | None) -> None:
    """Write the images, brought to one size, into a folder that appears whole or not at all.

    Raises:
        DataError: ``image_size`` is None and the images differ in size.
        DiskFullError: the arrays don't fit.
    """
    if image_size is None and len(decoded.sizes) > 1:
        raise DataError(
            f"the images differ in size ({_span(decoded.sizes, 'to')})",
            hint="set the experiment's image_size to bring all of them to one",
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    side = max(decoded.sizes) if image_size is None else (image_size, image_size)
    count = sum(len(labels) for labels in decoded.labels.values())
    with (
        disk_full_explained(place, 3 * count * side[0] * side[1]),
        tempfile.TemporaryDirectory(dir=place.parent, prefix=".decoding-") as temporary,
    ):
        folder = Path(temporary) / "arrays"
        folder.mkdir()
        for subset in SUBSETS:
            labels = decoded.labels[subset]
            fitted = (_fitted(image, image_size) for image in decoded.images[subset])
            _write(folder / f"{subset}_images.npy", fitted, len(labels))
            _write(folder / f"{subset}_labels.npy", iter(labels), len(labels))
        about = {
            "classes": decoded.classes,
            "notes": [*decoded.notes, *_size_notes(decoded.sizes, image_size)],
            "sha256": {file.name: file_digest(file) for file in sorted(folder.iterdir())},
        }
        write_atomically(folder / _ABOUT, json.dumps(about, ensure_ascii=False, indent=1))
        shutil.rmtree(place, ignore_errors=True)
        folder.rename(place)
        sync_folder(place.parent)


def _write(file: Path, rows: Iterator[Any], count: int) -> None:
    """Write ``count`` equal rows as one array, one row at a time.

    A memory map would end the process, not raise, where the disk is full.
    """
    import numpy as np

    first = np.asarray(next(rows))
    header = {
        "descr": np.lib.format.dtype_to_descr(first.dtype),
        "fortran_order": False,
        "shape": (count, *first.shape),
    }
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        stream.write(first.tobytes())
        written = 1
        for row in rows:
            stream.write(row.tobytes())
            written += 1
        if written != count:
            raise ValueError(f"{written} images for {count} labels")
        stream.flush()
        os.fsync(stream.fileno())


def opened(place: Path) -> Dataset | None:
    """The dataset kept in ``place``, memory-mapped; None if there is none, or a damaged one."""
    import numpy as np

    try:
        about = json.loads((place / _ABOUT).read_bytes())
        for name, digest in about["sha256"].items():
            if file_digest(place / name) != digest:
                raise ValueError(f"{name} has changed")
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        _log.warning("%s: damaged (%s); decoding again", place, error)
        return None

    def subset(name: str) -> Subset:
        # Copy on write: torch warns of arrays that it may not write to.
        images = np.load(place / f"{name}_images.npy", mmap_mode="c", allow_pickle=False)
        return Subset(images, np.load(place / f"{name}_labels.npy", allow_pickle=False))

    return Dataset(
        subset("train"),
        subset("validation"),
        classes=tuple(about["classes"]),
        notes=tuple(about["notes"]),
    )


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
