"""The assignment's sets in the per-user cache: what is there, and fetching what isn't."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from reportgen.data.folder import scan
from reportgen.data.https import Report, fetch_file
from reportgen.data.sets import SETS, Download
from reportgen.data.source import Source
from reportgen.errors import DataError, Place
from reportgen.files import disk_full_explained, sync_folder

_LARGEST = 400_000_000  # bytes, unpacked; several times what the largest archive has


def place(dataset: str, cache: Path) -> Path:
    """The folder, or the one archive, that the dataset's reader opens."""
    download, folder = SETS[dataset].download, _folder(dataset, cache)
    if download.content:
        return folder / "images"
    return folder if len(download.files) > 1 else folder / download.files[0].name


def fetched(dataset: str, cache: Path) -> bool:
    """Whether everything is in the cache already."""
    if SETS[dataset].download.content:
        return place(dataset, cache).is_dir()
    folder = _folder(dataset, cache)
    return all((folder / file.name).is_file() for file in SETS[dataset].download.files)


def fetch(source: Source, cache: Path, report: Report) -> None:
    """Download what ``source`` needs and the cache lacks; nothing for data that is at hand.

    Raises:
        DataError: a file can't be had or isn't the one that was pinned.
        DiskFullError: it doesn't fit.
    """
    if source.origin != "download" or fetched(source.dataset, cache):
        return
    download, folder = SETS[source.dataset].download, _folder(source.dataset, cache)
    for file in download.files:
        archive = fetch_file(file, folder, report)
    if download.content:
        _unpack_checked(archive, place(source.dataset, cache), download, cache)
        archive.unlink()


def _folder(dataset: str, cache: Path) -> Path:
    return cache / "downloads" / dataset


def _unpack_checked(archive: Path, destination: Path, download: Download, cache: Path) -> None:
    """Unpack beside ``destination`` and rename, once the images are known to be the right ones."""
    with (
        disk_full_explained(destination, _LARGEST),
        tempfile.TemporaryDirectory(dir=destination.parent, prefix=".unpacking-") as temporary,
    ):
        root = Path(temporary)
        unpack(archive, root)
        # The archive holds one folder, which the dataset's subsets are in.
        top = next((entry for entry in root.iterdir() if (entry / "train").is_dir()), root)
        fingerprint = scan(top, cache).fingerprint
        if fingerprint != download.content:
            archive.unlink()
            raise DataError(
                f"{download.address} does not hold the images that are pinned",
                place=Place(archive),
                hint="nothing of it was kept; try again later, or from another network",
            )
        shutil.rmtree(destination, ignore_errors=True)
        top.rename(destination)
        sync_folder(destination.parent)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip's ordinary files; one odd member refuses the whole.

    Raises:
        DataError: the zip is damaged, or a member is a link, leads out of ``folder``, or is
            too large.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            for member in members:
                _check_member(archive, member)
            if sum(member.file_size for member in members) > _LARGEST:
                raise _refused(archive, "it unpacks to too much")
            packed.extractall(folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _refused(archive, str(error)) from error


def _check_member(archive: Path, member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.orig_filename:
        raise _refused(archive, f"{member.filename!r} leads out of its folder")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(archive, f"{member.filename!r} is no ordinary file")


def _refused(archive: Path, why: str) -> DataError:
    return DataError(
        f"the archive can't be unpacked: {why}",
        place=Place(archive),
        hint="delete it and run again to download it anew",
    )
