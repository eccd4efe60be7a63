from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen.data import folder
from reportgen.data.folder import scan, summary
from reportgen.errors import DataError

FolderMaker = Callable[..., Path]


def test_folder_is_read_as_it_lies(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    found = scan(root, cache)
    assert found.classes == ("ant", "bee")
    assert found.samples == {"train": 4, "validation": 4}
    assert list(found.pictures["train"]) == [
        "train/ant/0.png",
        "train/ant/1.png",
        "train/bee/0.png",
        "train/bee/1.png",
    ]
    assert found.labels("train", ("ant", "bee")) == [0, 0, 1, 1]
    assert found.labels("validation", ("bee", "ant")) == [1, 1, 0, 0]
    images = list(found.images("train"))
    for name, image in zip(found.pictures["train"], images, strict=True):
        np.testing.assert_array_equal(image, np.asarray(Image.open(root / name)))
    assert found.sizes == {(8, 8)}
    assert found.notes == ()


def test_test_is_the_validation_subset_where_there_is_no_val(
    image_folder: FolderMaker, cache: Path
) -> None:
    root = image_folder(validation="test")
    assert set(scan(root, cache).pictures["validation"]) == {
        f"test/{name}/{index}.png" for name in ("ant", "bee") for index in (0, 1)
    }
    shutil.copytree(root / "train", root / "val")
    assert next(iter(scan(root, cache).pictures["validation"])).startswith("val/")


def test_nested_files_belong_to_their_class(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    (root / "train" / "ant" / "red").mkdir()
    (root / "train" / "ant" / "1.png").rename(root / "train" / "ant" / "red" / "1.png")
    assert scan(root, cache).labels("train", ("ant", "bee")) == [0, 0, 1, 1]


def test_foreign_and_damaged_files_are_skipped_and_listed(
    image_folder: FolderMaker, cache: Path
) -> None:
    root = image_folder()
    before = scan(root, cache)
    ants = root / "train" / "ant"
    Image.new("RGB", (8, 8)).save(ants / "imageNotFound.gif")
    (ants / "notes.txt").write_text("no image")
    (ants / "text.jpg").write_text("no image either")
    whole = (ants / "0.png").read_bytes()
    (ants / "cut.png").write_bytes(whole[: len(whole) // 2])
    (ants / "empty.png").touch()
    (root / "train" / "loose.png").write_bytes(whole)
    (ants / ".DS_Store").touch()
    found = scan(root, cache)
    assert found.skipped == (
        "train/ant/cut.png",
        "train/ant/empty.png",
        "train/ant/imageNotFound.gif",
        "train/ant/notes.txt",
        "train/ant/text.jpg",
        "train/loose.png",
    )
    assert found.samples == before.samples
    assert found.fingerprint == before.fingerprint


def test_fingerprint_follows_content_not_place(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    before = scan(root, cache).fingerprint
    moved = root.rename(root.with_name("moved"))
    assert scan(moved, cache).fingerprint == before
    Image.new("RGB", (8, 8), "red").save(moved / "val" / "bee" / "0.png")
    assert scan(moved, cache).fingerprint != before


def test_only_changed_files_are_read_again(
    image_folder: FolderMaker,
    cache: Path,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = image_folder()
    settle()
    before = scan(root, cache)
    read: list[str] = []
    examine = folder.examine
    monkeypatch.setattr(folder, "examine", lambda file: read.append(file.name) or examine(file))
    assert scan(root, cache) == before
    assert read == []
    target = root / "train" / "ant" / "0.png"
    old = target.stat()
    target.write_bytes(b"\0" * old.st_size)
    os.utime(target, ns=(old.st_atime_ns, old.st_mtime_ns))  # the same size and time
    assert scan(root, cache).skipped == ("train/ant/0.png",)
    assert read == ["0.png"]


def test_what_was_read_of_an_unusable_folder_is_not_read_again(
    image_folder: FolderMaker,
    cache: Path,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = image_folder()
    (root / "train" / "cat").mkdir()
    settle()
    with pytest.raises(DataError, match="'cat' has no readable image"):
        scan(root, cache)
    (root / "train" / "cat").rmdir()
    monkeypatch.setattr(folder, "examine", None)
    assert scan(root, cache).samples["train"] == 4


def test_a_link_that_leads_nowhere_is_no_image(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    (root / "train" / "ant" / "8.png").symlink_to(root / "gone.png")
    (root / "train" / "ant" / "9.png").symlink_to(root / "train" / "ant" / "0.png" / "x.png")
    assert scan(root, cache).skipped == ("train/ant/8.png", "train/ant/9.png")


def test_links_to_folders_and_pipes_are_skipped_and_listed(
    image_folder: FolderMaker, cache: Path
) -> None:
    root = image_folder()
    ants = root / "train" / "ant"
    aside = root / "aside"
    aside.mkdir()
    shutil.copy(ants / "0.png", aside)
    (ants / "more").symlink_to(aside)
    (ants / "more.png").symlink_to(aside)
    os.mkfifo(ants / "pipe.png")
    found = scan(root, cache)
    assert found.samples["train"] == 4
    assert found.skipped == ("train/ant/more", "train/ant/more.png", "train/ant/pipe.png")


def test_a_class_that_is_a_link_is_told_so(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    bees = root / "train" / "bee"
    bees.symlink_to(bees.rename(root / "bees"))
    with pytest.raises(DataError, match="'bee' has no readable image") as caught:
        scan(root, cache)
    assert "links to folders aren't followed" in str(caught.value)


def test_names_that_are_no_utf_8(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    ants = root / "train" / "ant"
    shutil.copy(ants / "0.png", ants / os.fsdecode(b"\xe1.png"))
    (ants / os.fsdecode(b"\xe1.txt")).touch()
    found = scan(root, cache)
    assert found.samples["train"] == 5
    assert found.skipped == (r"train/ant/\xe1.txt",)
    for part in ("train", "val"):
        (root / part / "bee").rename(root / part / os.fsdecode(b"b\xe1e"))
    with pytest.raises(DataError, match=r"class folder 'b\\\\xe1e' isn't UTF-8"):
        scan(root, cache)


def test_an_image_that_cannot_be_read_is_named(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    turning = root / "train" / "ant" / "9.png"
    turning.symlink_to(turning)
    with pytest.raises(DataError, match="can't be read: Too many levels") as caught:
        summary(root, cache)
    assert caught.value.place is not None
    assert caught.value.place.file == turning


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_cannot_be_read_is_named(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    closed = root / "train" / "ant" / "more"
    closed.mkdir(mode=0)
    with pytest.raises(DataError, match="can't be read: Permission denied") as caught:
        summary(root, cache)
    assert caught.value.place is not None
    assert caught.value.place.file == closed


def test_mixed_colours_become_rgb_and_the_notes_say_so(
    image_folder: FolderMaker, cache: Path
) -> None:
    root = image_folder()
    ants = root / "train" / "ant"
    Image.new("L", (8, 8), 100).save(ants / "0.png")
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(ants / "1.png")
    Image.new("CMYK", (8, 8), (0, 0, 0, 255)).save(ants / "2.jpg")
    found = scan(root, cache)
    grey, clear, black, *_ = found.images("train")
    assert {image.shape for image in found.images("train")} == {(8, 8, 3)}
    assert (grey == 100).all()
    assert (clear == 255).all()  # what is transparent shows white, not the colour hidden below
    assert (black < 5).all()
    assert found.notes == (
        "Imágenes convertidas a RGB: 1 CMYK, 1 en escala de grises y 1 con transparencia (sobre "
        "fondo blanco), de un total de 9.",
    )


def test_grey_folder_keeps_one_channel(image_folder: FolderMaker, cache: Path) -> None:
    root = image_folder()
    for file in root.rglob("*.png"):
        Image.open(file).convert("L").save(file)
    Image.new("1", (8, 8), 1).save(root / "train" / "ant" / "0.png")
    found = scan(root, cache)
    assert {image.shape for image in found.images("train")} == {(8, 8, 1)}
    assert (next(found.images("train")) == 255).all()
    assert found.notes == ()


def broken(root: Path, how: str) -> None:
    match how:
        case "no validation":
            shutil.rmtree(root / "val")
        case "no train":
            shutil.rmtree(root / "train")
        case "empty class":
            for file in (root / "train" / "bee").iterdir():
                file.unlink()
        case "class of foreign files":
            for file in (root / "val" / "bee").iterdir():
                file.write_text("no image")
        case "one class":
            shutil.rmtree(root / "train" / "bee")
            shutil.rmtree(root / "val" / "bee")
        case "class missing in val":
            shutil.rmtree(root / "val" / "bee")
        case "class missing in train":
            shutil.rmtree(root / "train" / "bee")
        case "no class":
            for part in ("train", "val"):
                shutil.rmtree(root / part)
                (root / part).mkdir()


@pytest.mark.parametrize(
    ("how", "message", "where"),
    [
        ("no validation", "no val/ or test/", "."),
        ("no train", "no train/", "."),
        ("empty class", "'bee' has no readable image in train/", "train/bee"),
        ("class of foreign files", "'bee' has no readable image in val/", "val/bee"),
        ("one class", "only the class 'ant'", "."),
        ("class missing in val", "'bee' is missing in val/", "val"),
        ("class missing in train", "'bee' is missing in train/", "train"),
        ("no class", "no class folder", "."),
    ],
)
def test_unusable_folder_is_named_with_what_to_do(
    image_folder: FolderMaker, cache: Path, how: str, message: str, where: str
) -> None:
    root = image_folder()
    broken(root, how)
    with pytest.raises(DataError, match=message) as caught:
        scan(root, cache)
    assert caught.value.place is not None
    assert caught.value.place.file == root / where
    assert caught.value.hint


def test_image_that_vanishes_after_the_scan_is_one_error(
    image_folder: FolderMaker, cache: Path
) -> None:
    root = image_folder()
    found = scan(root, cache)
    (root / "train" / "ant" / "0.png").unlink()
    with pytest.raises(DataError, match="no longer be read"):
        list(found.images("train"))


def test_real_hymenoptera_skips_its_gif(real_root: Path, real_cache: Path) -> None:
    found = scan(real_root / "hymenoptera_data", real_cache)
    assert found.samples == {"train": 244, "validation": 153}
    assert found.skipped == ("train/ants/imageNotFound.gif",)
    assert len(found.sizes) > 100
