from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reportgen.data.arrays import Decoded, mapped
from reportgen.errors import DataError


def decoded(*images: np.ndarray) -> Decoded:
    return Decoded(
        images={"train": iter(images), "validation": iter(images[:1])},
        labels={"train": np.arange(len(images)), "validation": np.arange(1)},
        classes=("a", "b"),
        sizes={(image.shape[1], image.shape[0]) for image in images},
        notes=("una nota",),
    )


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def test_images_of_one_size_stay_as_they_are(cache: Path) -> None:
    images = [picture(4, 6, seed=seed) for seed in range(3)]
    dataset = mapped(decoded(*images), None, cache)
    np.testing.assert_array_equal(dataset.train.images, np.stack(images))
    assert dataset.train.labels.tolist() == [0, 1, 2]
    train = dataset.train
    assert (train.samples, train.height, train.width, train.channels) == (3, 4, 6, 3)
    assert dataset.validation.samples == 1
    assert dataset.classes == ("a", "b")
    assert dataset.notes == ("una nota",)


def test_arrays_are_mapped_and_leave_no_file(cache: Path) -> None:
    dataset = mapped(decoded(picture(4, 4), picture(4, 4)), None, cache)
    assert isinstance(dataset.train.images, np.memmap)
    dataset.train.images[0] = 0  # torch wants arrays that it may write to
    assert list(cache.iterdir()) == []


def test_sizes_that_differ_need_an_image_size(cache: Path) -> None:
    with pytest.raises(DataError, match="4×4 to 6×8") as caught:
        mapped(decoded(picture(4, 4), picture(8, 6)), None, cache)
    assert caught.value.hint is not None
    assert "image_size" in caught.value.hint


def test_image_size_brings_all_to_one_and_says_so(cache: Path) -> None:
    dataset = mapped(decoded(picture(40, 30), picture(8, 60), picture(16, 16)), 16, cache)
    assert dataset.train.images.shape == (3, 16, 16, 3)
    np.testing.assert_array_equal(dataset.train.images[2], picture(16, 16))
    assert dataset.notes == (
        "una nota",
        "Imágenes de 16×16 a 30×40 píxeles, llevadas a 16×16: lado menor reescalado y recorte "
        "central.",
    )


def test_the_centre_is_kept(cache: Path) -> None:
    wide = np.zeros((10, 50, 1), np.uint8)
    wide[:, 20:30] = 200
    wide[:, :20] = 255  # left of the centre square
    dataset = mapped(decoded(wide, wide), 5, cache)
    assert dataset.train.images.shape == (2, 5, 5, 1)
    middle = dataset.train.images[:, :, 1:-1].astype(int)
    assert abs(middle - 200).max() < 5


def test_shrinking_averages(cache: Path) -> None:
    board = np.indices((64, 64)).sum(0) % 2 * 255
    images = board.astype(np.uint8)[:, :, None]
    shrunk = mapped(decoded(images, images), 8, cache).train.images.astype(int)
    assert abs(shrunk - 127).max() < 20


def test_matching_image_size_needs_no_note(cache: Path) -> None:
    assert mapped(decoded(picture(8, 8), picture(8, 8)), 8, cache).notes == ("una nota",)
