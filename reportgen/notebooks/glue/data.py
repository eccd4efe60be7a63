"""Images and labels from plain files.

Each reader gives for "train" and for "validation" the images, (height, width, channels) bytes
each, and the labels (N,).
"""

from __future__ import annotations

import gzip
import pickletools
import struct
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Part = tuple[Sequence[NDArray[np.uint8]], NDArray[np.int64]]


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The array in an idx file, plain or gzipped (Y. LeCun, C. Cortes, C. J. C. Burges: MNIST)."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    dimensions = content[3]
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_mnist(folder: Path) -> dict[str, Part]:
    """MNIST's four files."""
    parts: dict[str, Part] = {}
    for part, prefix in (("train", "train"), ("validation", "t10k")):
        images = read_idx(next(folder.glob(f"{prefix}-images-idx3-ubyte*")))
        labels = read_idx(next(folder.glob(f"{prefix}-labels-idx1-ubyte*")))
        parts[part] = list(images[..., None]), labels.astype(np.int64)
    return parts


def read_pictures(folder: Path, mode: str) -> dict[str, Part]:
    """Pictures in train/<class>/ and val/<class>/ (or test/<class>/), ``mode`` "L" or "RGB".

    They come by class and name; where the names number the pictures of a part, by number.
    """
    parts: dict[str, Part] = {}
    validation = "val" if (folder / "val").is_dir() else "test"
    for part, name in (("train", "train"), ("validation", validation)):
        files = sorted(
            path
            for path in (folder / name).glob("*/*")
            if path.suffix.lower() in (".png", ".jpg", ".jpeg") and path.name[0] != "."
        )
        width = len(files[0].stem)
        if sorted(path.stem for path in files) == [f"{n:0{width}}" for n in range(len(files))]:
            files.sort(key=lambda path: path.stem)
        folders = [path for path in (folder / name).iterdir() if path.is_dir()]
        classes = sorted(path.name for path in folders if path.name[0] != ".")
        labels = [classes.index(path.parent.name) for path in files]
        parts[part] = [read_picture(path, mode) for path in files], np.array(labels, np.int64)
    return parts


def read_picture(path: Path, mode: str) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        pixels = np.asarray(ImageOps.exif_transpose(picture).convert(mode))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def read_cifar10(archive: Path) -> dict[str, Part]:
    """CIFAR-10's official batches for Python, from their archive."""
    names = {
        "train": [f"data_batch_{number}" for number in range(1, 6)],
        "validation": ["test_batch"],
    }
    parts: dict[str, Part] = {}
    with tarfile.open(archive) as packed:
        for part, batches in names.items():
            streams = [packed.extractfile(f"cifar-10-batches-py/{name}") for name in batches]
            read = [read_batch(stream.read()) for stream in streams if stream is not None]
            images, labels = (np.concatenate(arrays) for arrays in zip(*read, strict=True))
            parts[part] = list(images), labels
    return parts


def read_batch(content: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images and labels of a batch. It is a pickle, a program: it is read here, never run."""
    steps = [
        (step.name, value)
        for step, value, _ in pickletools.genops(content)
        if not step.name.endswith("PUT")
    ]
    pixels = max(range(len(steps)), key=lambda n: len(str(steps[n][1])))
    by_column = steps[pixels - 1] in (("NEWTRUE", None), ("INT", True))
    flat = np.frombuffer(str(steps[pixels][1]).encode("latin-1"), np.uint8)
    rows = flat.reshape(-1, 3072, order="F" if by_column else "C")
    start = next(n for n, (_, value) in enumerate(steps) if value == "labels")
    labels = [value for name, value in steps[start:] if name == "BININT1"][: len(rows)]
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), np.array(labels, np.int64)
