"""A folder in short: remembered, and never out of date."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen.data import folder
from reportgen.data.folder import Summary, scan, summary
from reportgen.errors import DataError

FolderMaker = Callable[..., Path]


def test_summary_looks_again_only_after_a_change(
    image_folder: FolderMaker,
    cache: Path,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = image_folder()
    settle()
    found = scan(root, cache)
    short = Summary(found.classes, found.samples, found.skipped, found.fingerprint)
    assert summary(root, cache) == short
    monkeypatch.setattr(folder, "scan", None)
    assert summary(root, cache) == short
    (root / "readme.txt").write_text("beside the subsets")
    assert summary(root, cache) == short


def repaint(root: Path) -> None:
    file = root / "val" / "bee" / "0.png"
    old = file.stat()
    pixels = np.asarray(Image.open(file))
    Image.fromarray(255 - pixels).save(file)
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))


def deeper(root: Path, name: str) -> None:
    (root / "val" / "ant" / "more").mkdir()
    shutil.copy(root / "val" / "ant" / "0.png", root / "val" / "ant" / "more" / name)


def swap(root: Path) -> None:
    ants, bees = (root / "train" / name for name in ("ant", "bee"))
    aside = ants.rename(root / "train" / "cat")
    bees.rename(ants)
    aside.rename(bees)


CHANGES: dict[str, Callable[[Path], object]] = {
    "new pixels, the same time": repaint,
    "a file more": lambda root: shutil.copy(
        root / "val" / "ant" / "0.png", root / "val" / "ant" / "9.png"
    ),
    "a foreign file more": lambda root: (root / "val" / "ant" / "note.txt").touch(),
    "a file less": lambda root: (root / "train" / "ant" / "0.png").unlink(),
    "a folder more": lambda root: deeper(root, "0.png"),
    "a name that is no UTF-8": lambda root: deeper(root, os.fsdecode(b"\xff.png")),
    "classes swapped": swap,
}


@pytest.mark.parametrize("linked", [False, True], ids=["plain", "linked"])
@pytest.mark.parametrize("change", CHANGES)
def test_summary_sees_every_change(
    image_folder: FolderMaker, cache: Path, settle: Callable[[], None], change: str, linked: bool
) -> None:
    root = image_folder()
    if linked:
        for part in ("train", "val"):
            (root / part).symlink_to((root / part).rename(root.with_name(part)))
    settle()
    before = summary(root, cache)
    CHANGES[change](root)
    after = summary(root, cache)
    assert after != before
    found = scan(root, cache)
    assert after == Summary(found.classes, found.samples, found.skipped, found.fingerprint)


def test_summary_sees_a_class_that_has_no_image(
    image_folder: FolderMaker, cache: Path, settle: Callable[[], None]
) -> None:
    root = image_folder()
    settle()
    summary(root, cache)
    for part in ("train", "val"):
        (root / part / "cat").mkdir()
    with pytest.raises(DataError, match="'cat' has no readable image"):
        summary(root, cache)


def test_summary_sees_what_a_link_leads_to(
    image_folder: FolderMaker, cache: Path, settle: Callable[[], None]
) -> None:
    root = image_folder()
    linked = root / "val" / "bee" / "0.png"
    linked.symlink_to(linked.rename(root / "aside.png"))
    settle()
    before = summary(root, cache)
    Image.new("RGB", (8, 8), "red").save(root / "aside.png")
    assert summary(root, cache).fingerprint == scan(root, cache).fingerprint != before.fingerprint


def test_summary_is_of_today_though_a_file_came_and_went_while_it_was_made(
    image_folder: FolderMaker,
    cache: Path,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = image_folder()
    expected = scan(root, cache)
    passing = root / "train" / "ant" / "9.png"
    settle()

    def disturbed(root: Path, cache: Path) -> folder.Folder:
        shutil.copy(root / "train" / "ant" / "0.png", passing)
        return scan(root, cache)

    monkeypatch.setattr(folder, "scan", disturbed)
    assert summary(root, cache).samples["train"] == 5
    monkeypatch.undo()
    passing.unlink()
    assert summary(root, cache).samples == expected.samples


def test_other_code_looks_again(
    image_folder: FolderMaker,
    cache: Path,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = image_folder()
    shutil.copy(root / "train" / "ant" / "0.png", root / "train" / "ant" / "9.dib")
    settle()
    assert summary(root, cache).samples["train"] == 4
    monkeypatch.setattr(folder, "EXTENSIONS", {".png", ".dib"})
    monkeypatch.setattr(folder, "_CODE", (Path(__file__),))
    assert summary(root, cache).samples["train"] == 5


def test_a_folder_that_is_linked_into_itself_ends(
    image_folder: FolderMaker, cache: Path, settle: Callable[[], None]
) -> None:
    root = image_folder()
    (root / "train" / "ant" / "more").symlink_to(root / "train")
    settle()
    assert summary(root, cache) == summary(root, cache)
    assert summary(root, cache).samples["train"] == 4
