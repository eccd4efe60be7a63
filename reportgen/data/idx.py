"""MNIST's own file format, idx, plain or gzipped, as torchvision lays it out.

Source of the format: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
digits". Big-endian: two zero bytes, the type (8 = unsigned byte), the number of dimensions, each
dimension's size as 4 bytes, then the values.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from reportgen.errors import DataError, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGES = {"train": "train-images-idx3-ubyte", "validation": "t10k-images-idx3-ubyte"}
LABELS = {"train": "train-labels-idx1-ubyte", "validation": "t10k-labels-idx1-ubyte"}
_NAMES = (*IMAGES.values(), *LABELS.values())
_UNSIGNED_BYTE = 8


def names(folder: Path) -> tuple[str, ...]:
    """The four files' names in ``folder``, the plain one where there are both; () without any.

    Raises:
        DataError: some of the four are there, not all.
    """
    there = {
        name: next((n for n in (name, f"{name}.gz") if (folder / n).is_file()), None)
        for name in _NAMES
    }
    if not any(there.values()):
        return ()
    missing = [name for name, file in there.items() if file is None]
    if missing:
        raise DataError(
            f"MNIST is not complete: {', '.join(missing)} (or .gz) is missing",
            place=Place(folder),
            hint="add the missing files or remove the folder",
        )
    return tuple(file for file in there.values() if file is not None)


def samples(folder: Path) -> dict[str, int]:
    """The number of images of each subset, from the files' headers."""
    return {subset: _shape(_file(folder, name))[0] for subset, name in IMAGES.items()}


def read(folder: Path, subset: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The images (N, height, width, 1) and labels (N,) of ``subset``.

    Raises:
        DataError: a file is damaged or the two don't belong together.
    """
    import numpy as np

    images = _values(_file(folder, IMAGES[subset]), dimensions=3)
    labels = _values(_file(folder, LABELS[subset]), dimensions=1)
    if len(images) != len(labels) or labels.max(initial=0) > 9:
        raise DataError(
            f"{len(images)} images and {len(labels)} labels don't belong together",
            place=Place(_file(folder, LABELS[subset])),
            hint="take all four files from one place",
        )
    return images[..., None], labels.astype(np.int64)


def _file(folder: Path, name: str) -> Path:
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def _open(file: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file)) if file.suffix == ".gz" else file.open("rb")


def _header(file: Path, stream: IO[bytes]) -> tuple[int, ...]:
    start = stream.read(4)
    dimensions = start[3] if len(start) == 4 else 0
    sizes = stream.read(4 * dimensions)
    if start[:3] != bytes((0, 0, _UNSIGNED_BYTE)) or len(sizes) != 4 * dimensions or not sizes:
        raise _damaged(file, "it is no idx file of unsigned bytes")
    return struct.unpack(f">{dimensions}I", sizes)


def _shape(file: Path) -> tuple[int, ...]:
    try:
        with _open(file) as stream:
            return _header(file, stream)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(file, str(error)) from error


def _values(file: Path, dimensions: int) -> NDArray[np.uint8]:
    import numpy as np

    try:
        with _open(file) as stream:
            shape = _header(file, stream)
            size = math.prod(shape)
            # One byte more than announced: enough to see that a file is too long.
            content = stream.read(size + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(file, str(error)) from error
    if len(shape) != dimensions or len(content) != size or size == 0:
        raise _damaged(file, f"its header announces {shape}, which its length doesn't match")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _damaged(file: Path, why: str) -> DataError:
    return DataError(f"the file is damaged: {why}", place=Place(file), hint="get this file again")
