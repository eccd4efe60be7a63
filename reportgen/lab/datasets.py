"""The step that decodes a dataset, once, into arrays that are mapped into memory from then on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.data import readers
from reportgen.data.sets import title
from reportgen.data.source import Source, Subset
from reportgen.errors import DataError

if TYPE_CHECKING:
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def load(
    _: Workspace,
    *,
    dataset: str,
    format: str,  # noqa: ARG001 - keyed: another reader may decode otherwise
    fingerprint: str,  # noqa: ARG001 - keyed: the content of the files
    image_size: int | None,
    channels: int,
    train_samples: int | None,
    validation_samples: int | None,
    seed: int,
    source: dict[str, Any],
    cache: str,
) -> Contents:
    """Decode ``dataset``; ``*_samples`` draws a stratified part of it.

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
    train = _part(decoded.train, train_samples, seed)
    validation = _part(decoded.validation, validation_samples, seed)
    return {
        "train_images.npy": train.images,
        "train_labels.npy": train.labels,
        "validation_images.npy": validation.images,
        "validation_labels.npy": validation.labels,
        "value.json": {
            "name": title(decoded_from),
            "classes": list(decoded.classes),
            "train": _shape(train),
            "validation": _shape(validation),
            "notes": list(decoded.notes),
        },
    }


def _part(subset: Subset, samples: int | None, seed: int) -> Subset:
    """A stratified part: each class keeps its share, the order stays."""
    if samples is None or samples >= subset.samples:
        return subset
    generator = np.random.default_rng(seed)
    order = generator.permutation(subset.samples)
    # Interleave the classes: the n-th sample of each class comes before the (n+1)-th of any.
    ranks = np.empty(subset.samples)
    for label in np.unique(subset.labels):
        members = order[subset.labels[order] == label]
        ranks[members] = (np.arange(len(members)) + 0.5) / len(members)
    chosen = np.sort(np.argsort(ranks, kind="stable")[:samples])
    return Subset(subset.images[chosen], subset.labels[chosen])


def _shape(subset: Subset) -> dict[str, int]:
    return {
        "height": subset.height,
        "width": subset.width,
        "channels": subset.channels,
        "samples": subset.samples,
    }


def source_as_json(source: Source) -> dict[str, Any]:
    """A source as plain data, for a step's circumstances and the stored plan."""
    return {**asdict(source), "skipped": list(source.skipped)}
