"""CIFAR-10's official batches for Python, packed or unpacked.

Source of the format: A. Krizhevsky, "The CIFAR-10 dataset": each batch is a dict with ``data``
(N, 3072), a row an image's red, green and blue planes of 32×32, and ``labels`` (N numbers).
"""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data.plain_pickle import ByteArray, PickleRefusedError, loads
from reportgen.errors import DataError, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
BATCHES = {
    "train": tuple(f"data_batch_{number}" for number in range(1, 6)),
    "validation": ("test_batch",),
}
SAMPLES = {"train": 50_000, "validation": 10_000}
_SHAPE = (3, 32, 32)
_CLASSES = 10
_LARGEST = 64_000_000  # bytes; a batch has half of it


def names(folder: Path) -> tuple[str, ...]:
    """The batches' names in ``folder``; () without any.

    Raises:
        DataError: some are there, not all.
    """
    wanted = [name for batches in BATCHES.values() for name in batches]
    missing = [name for name in wanted if not (folder / name).is_file()]
    if len(missing) == len(wanted):
        return ()
    if missing:
        raise DataError(
            f"CIFAR-10 is not complete: {', '.join(missing)} is missing",
            place=Place(folder),
            hint="unpack the whole archive again or remove the folder",
        )
    return tuple(wanted)


def read(location: Path, subset: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 32, 32, 3) and labels (N,) from the folder of batches or their archive.

    Nothing is unpacked to disk, and no batch is unpickled (see `plain_pickle`).

    Raises:
        DataError: a batch is missing, damaged, or not what it should be.
    """
    import numpy as np

    batches = [_batch(location, name) for name in BATCHES[subset]]
    images = np.concatenate([images for images, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    if len(images) != SAMPLES[subset]:
        raise DataError(
            f"{len(images)} images where CIFAR-10 has {SAMPLES[subset]}",
            place=Place(location),
            hint="get the official archive again",
        )
    return images, labels


def _batch(location: Path, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    import numpy as np

    try:
        batch = loads(_content(location, name))
        data, labels = batch[b"data"], np.asarray(batch[b"labels"], dtype=np.int64)
        if not isinstance(data, ByteArray):
            raise TypeError("its data are no array")
        rows = np.frombuffer(data.content, np.uint8).reshape(data.shape, order=data.order)
        images = rows.reshape(-1, *_SHAPE).transpose(0, 2, 3, 1)
        if labels.shape != images.shape[:1] or not ((labels >= 0) & (labels < _CLASSES)).all():
            raise ValueError("images and labels don't belong together")
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise _damaged(location, name, str(error)) from error
    except PickleRefusedError as error:
        raise _damaged(location, name, f"it is no batch of plain values: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(location, name, f"it is no batch of CIFAR-10: {error}") from error
    return images, labels


def _content(location: Path, name: str) -> bytes:
    if location.is_dir():
        file = location / name
        if file.stat().st_size > _LARGEST:
            raise ValueError("too large")
        return file.read_bytes()
    with tarfile.open(location, "r:gz") as archive:
        member = archive.getmember(f"{FOLDER}/{name}")
        stream = archive.extractfile(member) if member.isreg() else None  # never through a link
        if stream is None or member.size > _LARGEST:
            raise ValueError("no ordinary file, or too large")
        return stream.read()


def _damaged(location: Path, name: str, why: str) -> DataError:
    return DataError(
        f"the batch {name} can't be read: {why}",
        place=Place(location),
        hint="get the official archive again",
    )
