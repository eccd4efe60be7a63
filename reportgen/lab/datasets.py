"""The step that decodes a dataset, once, into arrays that are mapped into memory from then on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.data import readers
from reportgen.data.sets import title
from reportgen.data.source import Source, Subset
from reportgen.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace

_ROWS = 512  # images copied at a time


def load(
    workspace: Workspace,
    *,
    dataset: str,
    format: str,  # noqa: ARG001 - keyed: another reader may decode otherwise
    fingerprint: str,  # noqa: ARG001 - keyed: the content of the files
    image_size: int | None,
    channels: int,
    train_samples: int,
    seed: int,
    source: dict[str, Any],
    cache: str,
) -> Contents:
    """Decode ``dataset``; ``train_samples`` draws a stratified part of it (0: all).

    Raises:
        DataError: the files can't be used, or the images aren't what the network expects.
    """
    decoded_from = Source(**source)
    decoded = readers.load(decoded_from, image_size=image_size, cache=Path(cache))
    if decoded.train.channels != channels:
        raise DataError(
            f"{dataset}: its images have {decoded.train.channels} channels, "
            f"the network expects {channels}",
            hint="choose another dataset for this experiment",
        )
    chosen = part_of(decoded.train.labels, train_samples, seed)
    _keep(workspace.folder / "train_images.npy", decoded.train.images, chosen)
    return {
        "train_labels.npy": decoded.train.labels[chosen],
        "validation_images.npy": decoded.validation.images,
        "validation_labels.npy": decoded.validation.labels,
        "value.json": {
            "name": title(decoded_from),
            "classes": list(decoded.classes),
            "train": {**_shape(decoded.train), "samples": len(chosen)},
            "validation": _shape(decoded.validation),
            "notes": list(decoded.notes),
        },
    }


def part_of(labels: NDArray[np.int64], samples: int, seed: int) -> NDArray[np.int64]:
    """The rows of a stratified part: each class keeps its share, the order stays; 0: all."""
    if not samples or samples >= len(labels):
        return np.arange(len(labels))
    order = np.random.default_rng(seed).permutation(len(labels))
    # Interleave the classes: the n-th sample of each class comes before the (n+1)-th of any.
    ranks = np.empty(len(labels))
    for label in np.unique(labels):
        members = order[labels[order] == label]
        ranks[members] = (np.arange(len(members)) + 0.5) / len(members)
    return np.sort(np.argsort(ranks, kind="stable")[:samples])


def _keep(path: Path, images: NDArray[np.uint8], chosen: NDArray[np.int64]) -> None:
    """Write the chosen images as one ``.npy`` file, some at a time: a set may exceed memory."""
    header = {"descr": "|u1", "fortran_order": False, "shape": (len(chosen), *images.shape[1:])}
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for start in range(0, len(chosen), _ROWS):
            stream.write(images[chosen[start : start + _ROWS]].tobytes())


def _shape(subset: Subset) -> dict[str, int]:
    return {
        "height": subset.height,
        "width": subset.width,
        "channels": subset.channels,
        "samples": subset.samples,
    }
