"""The step that fits a linear probe to the input and behind every layer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from reportgen.analysis.probe import linear_probe
from reportgen.lab.attempt import attempt
from reportgen.lab.device import use
from reportgen.lab.restored import restored
from reportgen.learning.probing import representations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def measure(
    _: Workspace,
    *,
    data: Artifact,
    training: Artifact,
    network: str,
    arguments: dict[str, Any],
    normalisation: list[list[float]] | None,  # noqa: ARG001 - keyed; the training noted it
    crop: int | None,
    samples: int,
    seed: int,
    device: str,
) -> Contents:
    """Each layer's probe, on at most ``samples`` training and as many validation images."""
    place = use(device)
    model, preprocess = restored(training, network, arguments, crop)
    labels = {
        part: np.asarray(data.array(f"{part}_labels.npy")) for part in ("train", "validation")
    }
    chosen = {part: _part(values, samples, seed) for part, values in labels.items()}
    images = {
        part: np.asarray(data.array(f"{part}_images.npy")[rows]) for part, rows in chosen.items()
    }
    layers = []
    for name, parameters, found in representations(model, images, preprocess, device=place):
        fit = partial(
            linear_probe,
            found["train"],
            labels["train"][chosen["train"]],
            found["validation"],
            labels["validation"][chosen["validation"]],
        )
        with threadpool_limits(1):  # another number of threads gives other bits
            probe = attempt(fit)
        layers.append({"layer": name, "parameters": parameters, "probe": probe})
    return {
        "value.json": {
            "train_samples": len(chosen["train"]),
            "validation_samples": len(chosen["validation"]),
            "layers": layers,
        }
    }


def _part(labels: NDArray[np.integer], samples: int, seed: int) -> NDArray[np.intp]:
    """Ascending rows of a stratified part, or all of them."""
    rows = np.arange(len(labels))
    if len(rows) <= samples:
        return rows
    part, _ = train_test_split(rows, train_size=samples, stratify=labels, random_state=seed)
    return np.sort(part)
