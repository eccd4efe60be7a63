from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import idx
from reportgen.errors import DataError

IMAGES = "train-images-idx3-ubyte"
LABELS = "train-labels-idx1-ubyte"


def test_plain_and_gzipped_files_read_alike(mnist_folder: Path) -> None:
    images, labels = idx.read(mnist_folder, "train")
    assert images.shape == (6, 28, 28, 1)
    expected = np.random.default_rng(6).integers(0, 256, (6, 28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(images[..., 0], expected)
    assert labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert labels.dtype == np.int64
    for file in list(mnist_folder.iterdir()):
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    packed, packed_labels = idx.read(mnist_folder, "train")
    np.testing.assert_array_equal(packed, images)
    np.testing.assert_array_equal(packed_labels, labels)
    assert idx.samples(mnist_folder) == {"train": 6, "validation": 4}
    assert all(name.endswith(".gz") for name in idx.names(mnist_folder))


def test_folder_without_any_has_no_names(tmp_path: Path) -> None:
    assert idx.names(tmp_path / "nowhere") == ()


def test_incomplete_set_names_what_is_missing(mnist_folder: Path) -> None:
    (mnist_folder / LABELS).unlink()
    with pytest.raises(DataError, match=LABELS) as caught:
        idx.names(mnist_folder)
    assert caught.value.hint


@pytest.mark.parametrize("damage", ["cut", "longer", "other type", "no header", "empty", "text"])
@pytest.mark.parametrize("packed", [False, True])
def test_damaged_file_is_named(mnist_folder: Path, damage: str, packed: bool) -> None:
    file = mnist_folder / IMAGES
    content = file.read_bytes()
    content = {
        "cut": content[:-1],
        "longer": content + b"\0",
        "other type": content[:2] + b"\x0d" + content[3:],
        "no header": content[:7],
        "empty": b"",
        "text": b"<html>not found</html>",
    }[damage]
    file.unlink()
    if packed:
        file = file.with_name(f"{IMAGES}.gz")
        content = gzip.compress(content)
    file.write_bytes(content)
    with pytest.raises(DataError, match="damaged") as caught:
        idx.read(mnist_folder, "train")
    assert caught.value.place is not None
    assert caught.value.place.file == file


def test_broken_gzip_is_named(mnist_folder: Path) -> None:
    file = mnist_folder / IMAGES
    packed = gzip.compress(file.read_bytes())
    file.unlink()
    file = file.with_name(f"{IMAGES}.gz")
    for content in (packed[:-20], packed[:50] + b"\xff" * 20 + packed[70:], b"no gzip"):
        file.write_bytes(content)
        with pytest.raises(DataError, match="damaged"):
            idx.read(mnist_folder, "train")


def test_files_of_different_sets_do_not_mix(mnist_folder: Path) -> None:
    other = (mnist_folder / "t10k-labels-idx1-ubyte").read_bytes()
    (mnist_folder / LABELS).write_bytes(other)
    with pytest.raises(DataError, match="belong together"):
        idx.read(mnist_folder, "train")


def test_label_above_nine_is_refused(mnist_folder: Path) -> None:
    labels = bytearray((mnist_folder / LABELS).read_bytes())
    labels[-1] = 10
    (mnist_folder / LABELS).write_bytes(bytes(labels))
    with pytest.raises(DataError, match="belong together"):
        idx.read(mnist_folder, "train")


def test_real_mnist(real_root: Path) -> None:
    folder = real_root / "MNIST" / "raw"
    assert idx.samples(folder) == {"train": 60_000, "validation": 10_000}
    images, labels = idx.read(folder, "validation")
    assert images.shape == (10_000, 28, 28, 1)
    # The published number of each digit in the test set.
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
