"""Artifacts as one file, to be written up on another machine; nothing in it is believed unseen."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reportgen.engine.artifact import MANIFEST, OMITTED, Artifact, Manifest
from reportgen.engine.digest import JSON, sealed, unsealed
from reportgen.engine.store import Store
from reportgen.errors import DataError, Place
from reportgen.files import appearing, disk_full_explained, write_atomically

ABOUT = "about.json"
_MEMBER = re.compile(r"store/([0-9a-f]{64})/(\w[\w.-]{0,99})")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_CHUNK = 2**20
_LETTER = 64 * 2**20
"""The most bytes that a manifest, or what is said of them all, may have."""


def pack(target: Path, about: JSON, parts: Iterable[tuple[Artifact, Collection[str]]]) -> None:
    """Write artifacts, each with some of its files, into one file that appears whole.

    Args:
        target: the file.
        about: what the receiver should know.
        parts: each artifact with the names of the files to take along.

    Raises:
        DamagedArtifact: one isn't what was written.
        DiskFullError: they don't fit.
    """
    with appearing(target) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr(ABOUT, sealed(about))
        for artifact, names in parts:
            place = f"store/{artifact.manifest.key}"
            parcel.writestr(f"{place}/{MANIFEST}", artifact.manifest.encoded())
            for name in sorted(names):
                parcel.write(artifact.path(name), f"{place}/{name}")


def unpack(
    source: Path, store: Store, accept: Callable[[JSON], object] = lambda _: None
) -> tuple[JSON, int, int]:
    """Check every byte of a parcel and put its artifacts into the store.

    Args:
        source: the parcel.
        store: where its artifacts go.
        accept: looks at what is said of them, and raises before anything is stored.

    Returns:
        What is said of them, how many artifacts were new here, and how many there already.

    Raises:
        DataError: it isn't what `pack` wrote: something in it is changed, missing or too much.
        DiskFullError: it doesn't fit.
    """
    with _refusing(source), zipfile.ZipFile(source) as parcel:
        if not {entry.compress_type for entry in parcel.infolist()} <= _METHODS:
            raise ValueError("it is packed by a method that reportgen doesn't use")
        about = unsealed(_letter(parcel, ABOUT))
        contents = _contents(parcel)
        store.require_space(
            sum(m.files[name].size for m, names in contents.values() for name in names)
        )
        accept(about)
        new = 0
        for manifest, names in contents.values():
            with store.lock(manifest.key):
                present = store.find(manifest.key)
                if present is None or present.omitted - (manifest.files.keys() - names):
                    _take(parcel, manifest, names, store)
                    new += 1
    return about, new, len(contents) - new


def _contents(parcel: zipfile.ZipFile) -> dict[str, tuple[Manifest, set[str]]]:
    """Each artifact's manifest and files, by key; raises ValueError at anything else."""
    found: dict[str, set[str]] = {}
    for entry in parcel.infolist():
        if entry.filename == ABOUT:
            continue
        match = _MEMBER.fullmatch(entry.filename)
        if match is None or entry.is_dir() or match[2] in {OMITTED, *found.get(match[1], ())}:
            raise ValueError(f"it holds {entry.filename!r}")
        found.setdefault(match[1], set()).add(match[2])
    contents = {}
    for key, names in found.items():
        manifest = Manifest.decoded(_letter(parcel, f"store/{key}/{MANIFEST}"))
        names.remove(MANIFEST)
        if manifest.key != key or not names <= manifest.files.keys():
            raise ValueError(f"the manifest of {key} is of another artifact")
        for name in names:
            place = f"store/{key}/{name}"
            if parcel.getinfo(place).file_size != manifest.files[name].size:
                raise ValueError(f"{place} isn't what was packed")
        contents[key] = manifest, names
    return contents


def _letter(parcel: zipfile.ZipFile, name: str) -> str:
    entry = parcel.getinfo(name)
    if entry.file_size > _LETTER:
        raise ValueError(f"{name} is too large")
    return parcel.read(entry).decode()


def _take(parcel: zipfile.ZipFile, manifest: Manifest, names: set[str], store: Store) -> None:
    with store.workspace(manifest.key) as folder:
        for name in sorted(names):
            record, digest, left = manifest.files[name], hashlib.sha256(), manifest.files[name].size
            place = f"store/{manifest.key}/{name}"
            with (
                disk_full_explained(folder / name, record.size),
                parcel.open(place) as packed,
                (folder / name).open("xb") as stream,
            ):
                while chunk := packed.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        break
                    digest.update(chunk)
                    stream.write(chunk)
            if left or digest.hexdigest() != record.sha256:
                raise ValueError(f"{place} isn't what was packed")
        if omitted := sorted(manifest.files.keys() - names):
            write_atomically(folder / OMITTED, sealed(omitted))
        store.seal(folder, manifest)


@contextmanager
def _refusing(source: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,  # an unknown compression
        RuntimeError,  # encrypted
        ValueError,
        FileNotFoundError,
    ) as error:
        raise DataError(
            f"this is no whole export of reportgen: {error}",
            place=Place(source),
            hint="make it again with `reportgen store export`, and copy it again",
        ) from error
