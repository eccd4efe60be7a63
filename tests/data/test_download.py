from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen.data import catalogue, download
from reportgen.data.folder import scan
from reportgen.data.sets import SETS, Download, RemoteFile
from reportgen.data.source import Source
from reportgen.errors import DataError

FolderMaker = Callable[..., Path]


def quiet(name: str, done: int, total: int) -> None:
    pass


def publish(
    monkeypatch: pytest.MonkeyPatch,
    server: Any,
    dataset: str,
    files: dict[str, bytes],
    **known: Any,
) -> None:
    """Put ``files`` on the server and pin them as the dataset's download."""
    algorithm = "md5" if known.get("content") else "sha256"
    remotes = []
    for name, content in files.items():
        server.files[f"/{name}"] = content
        digest = hashlib.new(algorithm, content).hexdigest()
        remotes.append(RemoteFile(server.url(name), f"{algorithm}:{digest}", len(content)))
    moved = replace(SETS[dataset].download, files=tuple(remotes), **known)
    monkeypatch.setitem(SETS, dataset, replace(SETS[dataset], download=moved))


def zipped(root: Path, top: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in sorted(root.rglob("*")):
            archive.write(file, f"{top}/{file.relative_to(root)}")
    return stream.getvalue()


@pytest.fixture
def insects(
    monkeypatch: pytest.MonkeyPatch, server: Any, image_folder: FolderMaker, cache: Path
) -> Path:
    """A small set of ants and bees on the server, pinned by its images."""
    root = image_folder("insects", classes=("ants", "bees"))
    (root / "train" / "ants" / "imageNotFound.gif").write_bytes(b"GIF")
    found = scan(root, cache)
    files = {"hymenoptera_data.zip": zipped(root, "hymenoptera_data")}
    publish(
        monkeypatch,
        server,
        "hymenoptera",
        files,
        content=found.fingerprint,
        samples=found.samples,
        skipped=found.skipped,
    )
    return root


def locate(dataset: str, cache: Path, data_root: Path | None = None) -> Source:
    return catalogue.locate(dataset, mode="real", data_root=data_root, folders={}, cache=cache)


def test_archive_of_images_is_fetched_unpacked_and_read(
    insects: Path, cache: Path, server: Any
) -> None:
    source = locate("hymenoptera", cache)
    assert source.origin == "download"
    assert source.samples == {"train": 4, "validation": 4}
    assert source.skipped == ("train/ants/imageNotFound.gif",)
    assert not download.fetched("hymenoptera", cache)
    download.fetch(source, cache, quiet)
    assert download.fetched("hymenoptera", cache)
    assert locate("hymenoptera", cache) == source
    dataset = catalogue.load(source, image_size=None, cache=cache)
    assert dataset.classes == ("hormiga", "abeja")
    assert dataset.train.labels.tolist() == [0, 0, 1, 1]
    assert {entry.name for entry in (cache / "downloads" / "hymenoptera").iterdir()} == {
        ".lock",
        "images",
    }
    asked = len(server.requests)
    download.fetch(source, cache, quiet)
    assert len(server.requests) == asked


def test_download_and_data_root_have_one_fingerprint(insects: Path, cache: Path) -> None:
    root = insects.parent / "root"
    root.mkdir()
    insects.rename(root / "hymenoptera_data")
    at_hand = locate("hymenoptera", cache, root)
    assert at_hand.origin == "data-root"
    assert at_hand.fingerprint == locate("hymenoptera", cache).fingerprint


def test_archive_with_other_images_is_refused(
    insects: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(SETS["hymenoptera"].download, content="0" * 64)
    monkeypatch.setitem(SETS, "hymenoptera", replace(SETS["hymenoptera"], download=other))
    source = locate("hymenoptera", cache)
    with pytest.raises(DataError, match="does not hold the images"):
        download.fetch(source, cache, quiet)
    assert [entry.name for entry in (cache / "downloads" / "hymenoptera").iterdir()] == [".lock"]
    with pytest.raises(DataError, match="not downloaded"):
        catalogue.load(source, image_size=None, cache=cache)


def test_several_files_are_fetched_and_read(
    mnist_folder: Path, cache: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    files = {f"{f.name}.gz": gzip.compress(f.read_bytes()) for f in mnist_folder.iterdir()}
    publish(monkeypatch, server, "mnist", files)
    source = locate("mnist", cache)
    seen: set[str] = set()
    download.fetch(source, cache, lambda name, _done, _total: seen.add(name))
    assert seen == set(files)
    at_hand = catalogue.load(
        locate("mnist", cache, mnist_folder.parents[1]), image_size=None, cache=cache
    )
    downloaded = catalogue.load(source, image_size=None, cache=cache)
    np.testing.assert_array_equal(at_hand.train.images, downloaded.train.images)


def test_one_archive_is_fetched_and_read_packed(
    cifar_archive: Path, cache: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server, "cifar10", {cifar_archive.name: cifar_archive.read_bytes()})
    source = locate("cifar10", cache)
    download.fetch(source, cache, quiet)
    assert catalogue.load(source, image_size=None, cache=cache).train.samples == 20


def test_download_that_was_damaged_since_is_refused_before_it_is_opened(
    cifar_archive: Path, cache: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server, "cifar10", {cifar_archive.name: cifar_archive.read_bytes()})
    source = locate("cifar10", cache)
    download.fetch(source, cache, quiet)
    place = download.place("cifar10", cache)
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(bytes(content))
    with pytest.raises(DataError, match="no longer those") as caught:
        catalogue.load(source, image_size=None, cache=cache)
    assert caught.value.place is not None
    assert caught.value.place.file == place


def test_data_at_hand_needs_no_fetching(mnist_folder: Path, cache: Path) -> None:
    source = locate("mnist", cache, mnist_folder.parents[1])
    download.fetch(source, cache, quiet)
    assert not (cache / "downloads").exists()


def odd(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("fine.txt", "fine")
        member = zipfile.ZipInfo({"link": "link", "fifo": "fifo"}.get(name, name))
        if name == "link":
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
        if name == "fifo":
            member.external_attr = (stat.S_IFIFO | 0o777) << 16
        archive.writestr(member, "/etc/hostname")
    return stream.getvalue()


@pytest.mark.parametrize(
    "name", ["../out.txt", "/out.txt", "in/../../out.txt", "..\\out.txt", "link", "fifo"]
)
def test_odd_members_refuse_the_whole_archive(tmp_path: Path, name: str) -> None:
    archive, folder = tmp_path / "a.zip", tmp_path / "folder"
    archive.write_bytes(odd(name))
    folder.mkdir()
    with pytest.raises(DataError, match=r"leads out|no ordinary file"):
        download.unpack(archive, folder)
    assert list(folder.iterdir()) == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.zip", "folder"]


def test_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", bytes(2_000_000))
    monkeypatch.setattr(download, "_LARGEST", 1_000_000)
    with pytest.raises(DataError, match="too much"):
        download.unpack(archive, tmp_path / "folder")


def test_damaged_archive_is_one_error(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("name", "content " * 100)
    whole = archive.read_bytes()
    for content in (whole[:-30], b"no zip", whole.replace(b"content", b"CONTENT", 1)):
        archive.write_bytes(content)
        with pytest.raises(DataError, match="can't be unpacked"):
            download.unpack(archive, tmp_path / "folder")


def test_real_hymenoptera_is_what_is_pinned(real_root: Path, real_cache: Path) -> None:
    pinned: Download = SETS["hymenoptera"].download
    source = locate("hymenoptera", real_cache, real_root)
    assert source.fingerprint == pinned.content
    assert source.samples == pinned.samples
    assert source.skipped == pinned.skipped
