"""The plain files beside the notebooks give back the very arrays; downloads are held to pins."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen.data import idx
from reportgen.data.fingerprint import combined
from reportgen.notebooks.dataset import class_folders, write_idx, write_pictures
from reportgen.notebooks.glue.data import read_batch, read_mnist, read_pictures
from reportgen.notebooks.glue.fetching import download, unpack


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, dtype=np.uint8)


def test_idx_files_are_those_that_a_data_root_holds(tmp_path: Path) -> None:
    expected = {}
    for subset, count in (("train", 7), ("validation", 3)):
        images, labels = noise(count, 5, 4), (np.arange(count) * 3 % 10).astype(np.uint8)
        write_idx(tmp_path / idx.IMAGES[subset], images)
        write_idx(tmp_path / idx.LABELS[subset], labels)
        expected[subset] = images, labels
    found = read_mnist(tmp_path)
    for subset, (images, labels) in expected.items():
        np.testing.assert_array_equal(np.stack(found[subset][0])[..., 0], images)
        np.testing.assert_array_equal(found[subset][1], labels)
        again, again_labels = idx.read(tmp_path, subset)
        np.testing.assert_array_equal(again[..., 0], images)
        np.testing.assert_array_equal(again_labels, labels)


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_come_back_in_the_order_of_the_arrays(tmp_path: Path, channels: int) -> None:
    names = class_folders("flores", ["rosa", "clavel", "azucena"])  # not in their sorted order
    parts = {
        "train": (noise(9, 6, 6, channels), np.array([2, 0, 1, 1, 0, 2, 2, 0, 1])),
        "val": (noise(4, 6, 6, channels), np.array([2, 0, 2, 0])),  # a class has none
    }
    for part, (images, labels) in parts.items():
        write_pictures(tmp_path / part, images, labels, names)
    found = read_pictures(tmp_path, "L" if channels == 1 else "RGB")
    for subset, part in (("train", "train"), ("validation", "val")):
        np.testing.assert_array_equal(np.stack(found[subset][0]), parts[part][0])
        np.testing.assert_array_equal(found[subset][1], parts[part][1])


def test_class_folders_sort_as_the_labels_do() -> None:
    assert class_folders("cifar10", ["avión", "automóvil"]) == ["0_avión", "1_automóvil"]
    assert class_folders("hymenoptera", ["hormiga", "abeja"]) == ["ants", "bees"]
    assert class_folders("flores", ["azucena", "rosa"]) == ["azucena", "rosa"]
    many = class_folders("x", [f"c{n}" for n in reversed(range(12))])
    assert many == sorted(many)


def test_named_pictures_come_by_class_and_name(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for label, name in (("b", "2"), ("a", "1"), ("b", "1")):
            folder = tmp_path / part / label
            folder.mkdir(parents=True, exist_ok=True)
            pixels = np.full((2, 2), 10 * (label == "b") + int(name), np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}.png")
    images, labels = read_pictures(tmp_path, "L")["validation"]
    assert [int(image[0, 0, 0]) for image in images] == [1, 11, 12]
    assert labels.tolist() == [0, 1, 1]


def batch(images: np.ndarray, labels: list[int], order: str) -> bytes:
    """A batch as Python 2 pickled it, protocol 2."""
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), 3072)

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value if len(value) < 256 else long_text(value)

    def long_text(value: bytes) -> bytes:
        return b"T" + struct.pack("<i", len(value)) + value

    shape = b"K" + bytes([len(rows)]) + b"M" + struct.pack("<H", 3072) + b"\x86"
    kind = b"cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R"
    kind += b"(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b")
    flag = b"\x88" if order == "F" else b"\x89"
    array += b"\x87R(K\x01" + shape + kind + flag + long_text(rows.tobytes(order=order)) + b"tb"  # type: ignore[arg-type]
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    batch_label = text(b"batch_label") + text(b"training batch 1 of 5")
    whole = b"}(" + batch_label + text(b"labels") + numbers + text(b"data") + array + b"u"
    return b"\x80\x02" + whole + b"."


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_cifar_batch_is_read_without_running_it(order: str) -> None:
    images, labels = noise(6, 32, 32, 3), [3, 1, 4, 1, 5, 9]
    found, numbers = read_batch(batch(images, labels, order))
    np.testing.assert_array_equal(found, images)
    assert numbers.tolist() == labels


def test_a_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"right")
    pinned = f"sha256:{hashlib.sha256(b'right').hexdigest()}"
    assert download("https://x.invalid/a.bin", pinned, tmp_path) == tmp_path / "a.bin"
    (tmp_path / "a.bin").write_bytes(b"wrong")
    with pytest.raises(ValueError, match="no es el fichero esperado"):
        download("https://x.invalid/a.bin", pinned, tmp_path)


def test_a_zip_with_other_pictures_is_refused(tmp_path: Path) -> None:
    content = {}
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in ("train", "val"):
            stream = io.BytesIO()
            Image.fromarray(noise(4, 4, 3)).save(stream, "JPEG")
            packed.writestr(f"set/{part}/a/1.jpg", stream.getvalue())
            content[f"{part}/a/1.jpg"] = hashlib.sha256(stream.getvalue()).hexdigest()
        packed.writestr("set/train/a/nota.gif", b"no es una imagen del conjunto")
    assert unpack(archive, tmp_path / "there", combined(content)) == tmp_path / "there" / "set"
    with pytest.raises(ValueError, match="no contiene"):
        unpack(archive, tmp_path / "elsewhere", combined({**content, "val/a/1.jpg": "0" * 64}))
