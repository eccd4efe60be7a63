from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import cifar
from reportgen.errors import DataError


@pytest.mark.parametrize("kind", ["cifar_batches", "cifar_archive"])
def test_batches_are_read_in_order_as_pixels(
    request: pytest.FixtureRequest, batch_images: Callable[[int], np.ndarray], kind: str
) -> None:
    place = request.getfixturevalue(kind)
    images, labels = cifar.read(place, "train")
    assert images.shape == (20, 32, 32, 3)
    assert images.dtype == np.uint8
    expected = np.concatenate([batch_images(number) for number in range(5)])
    np.testing.assert_array_equal(images, expected)
    assert labels.tolist() == [0, 1, 2, 0, 0, 1, 2, 1, 0, 1, 2, 2, 0, 1, 2, 3, 0, 1, 2, 4]
    images, labels = cifar.read(place, "validation")
    np.testing.assert_array_equal(images, batch_images(5))
    assert labels.tolist() == [0, 1, 2, 5]


def test_fortran_order_is_understood(
    cifar_batches: Path,
    official_batch: Callable[..., bytes],
    batch_images: Callable[..., np.ndarray],
) -> None:
    (cifar_batches / "test_batch").write_bytes(
        official_batch(batch_images(5), [0, 1, 2, 3], order="F")
    )
    np.testing.assert_array_equal(cifar.read(cifar_batches, "validation")[0], batch_images(5))


def test_incomplete_folder_names_what_is_missing(cifar_batches: Path, tmp_path: Path) -> None:
    assert cifar.names(tmp_path / "nowhere") == ()
    assert len(cifar.names(cifar_batches)) == 6
    (cifar_batches / "data_batch_3").unlink()
    with pytest.raises(DataError, match="data_batch_3") as caught:
        cifar.names(cifar_batches)
    assert caught.value.hint


def damaged(content: bytes, how: str, batch: Callable[..., bytes]) -> bytes:
    images = np.zeros((4, 32, 32, 3), np.uint8)
    match how:
        case "cut":
            return content[:-100]
        case "a program":
            return b"cos\nsystem\n(U\x05falsetR."
        case "other values":
            return pickle.dumps([1, 2], protocol=2)
        case "no data":
            return content.replace(b"U\x04data", b"U\x04dada")
        case "label 10":
            return batch(images, [0, 1, 2, 10])
        case "too few labels":
            return batch(images, [0, 1, 2])
        case "another shape":
            return content.replace(b"M\x00\x0c\x86", b"M\x01\x0c\x86")
    raise AssertionError(how)


@pytest.mark.parametrize(
    "how",
    ["cut", "a program", "other values", "no data", "label 10", "too few labels", "another shape"],
)
def test_damaged_batch_is_named(
    cifar_batches: Path, official_batch: Callable[..., bytes], how: str
) -> None:
    file = cifar_batches / "test_batch"
    changed = damaged(file.read_bytes(), how, official_batch)
    assert changed != file.read_bytes()
    file.write_bytes(changed)
    with pytest.raises(DataError, match="test_batch") as caught:
        cifar.read(cifar_batches, "validation")
    assert caught.value.place is not None
    assert caught.value.hint


def test_other_number_of_images_is_refused(
    cifar_batches: Path,
    official_batch: Callable[..., bytes],
    batch_images: Callable[..., np.ndarray],
) -> None:
    (cifar_batches / "test_batch").write_bytes(official_batch(batch_images(5)[:3], [0, 1, 2]))
    with pytest.raises(DataError, match="3 images"):
        cifar.read(cifar_batches, "validation")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_links_in_the_archive_are_not_followed(tmp_path: Path, kind: bytes) -> None:
    archive = tmp_path / cifar.ARCHIVE
    with tarfile.open(archive, "w:gz") as packed:
        member = tarfile.TarInfo(f"{cifar.FOLDER}/test_batch")
        member.type = kind
        member.linkname = "/etc/hostname"
        packed.addfile(member)
    with pytest.raises(DataError, match="no ordinary file"):
        cifar.read(archive, "validation")


def test_damaged_archive_is_named(cifar_archive: Path, tmp_path: Path) -> None:
    whole = cifar_archive.read_bytes()
    for content in (whole[: len(whole) // 2], b"no archive", b""):
        cifar_archive.write_bytes(content)
        with pytest.raises(DataError, match="can't be read"):
            cifar.read(cifar_archive, "validation")
    with tarfile.open(cifar_archive, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("other"), io.BytesIO())
    with pytest.raises(DataError, match="can't be read"):
        cifar.read(cifar_archive, "validation")
