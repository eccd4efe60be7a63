"""The step that trains a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save

from reportgen.lab.device import use
from reportgen.learning.training import TrainingOptions
from reportgen.learning.training import train as run
from reportgen.references import resolve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Event, Workspace

_CHUNK = 2048


def train(
    workspace: Workspace,
    *,
    data: Artifact,
    network: str,
    arguments: dict[str, Any],
    normalisation: list[list[float]] | None,
    crop: int | None,
    options: dict[str, Any],
    device: str,
) -> Contents:
    """Train the network; leaves history, best epoch, weights, and the best epoch's logits."""
    place = use(device)
    images = data.array("train_images.npy")
    mean, std = normalisation or statistics(images)
    settings = TrainingOptions(mean=tuple(mean), std=tuple(std), crop=crop, **options)

    def report(event: Event) -> None:
        if event["event"] == "epoch":
            workspace.note_progress(epoch=event["epoch"], epochs=settings.epochs)
        workspace.report(event)

    result = run(
        lambda: resolve(network)(**arguments),
        (images, np.array(data.array("train_labels.npy"))),
        (data.array("validation_images.npy"), np.array(data.array("validation_labels.npy"))),
        options=settings,
        device=place,
        folder=workspace.partial,
        key=workspace.key,
        report=report,
        stop=workspace.stopped,
    )
    workspace.provenance.update(resumed=result.resumed)
    best = result.history[result.best_epoch - 1]
    return {
        "history.json": result.history,
        "best.json": {
            "epoch": result.best_epoch,
            "validation_accuracy": best["validation_accuracy"],
        },
        "normalisation.json": {"mean": list(mean), "std": list(std)},
        "validation_scores.npy": result.validation_logits,
        "best.safetensors": _packed(result.best_state),
        "last.safetensors": _packed(result.last_state),
    }


def statistics(images: NDArray[np.uint8]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel, of pixels from 0 to 1, without a copy of all."""
    total = np.zeros(images.shape[3])
    squares = np.zeros(images.shape[3])
    for start in range(0, len(images), _CHUNK):
        part = images[start : start + _CHUNK].astype(np.float64) / 255
        total += part.sum((0, 1, 2))
        squares += (part**2).sum((0, 1, 2))
    mean = total / (images.size / images.shape[3])
    variance = squares / (images.size / images.shape[3]) - mean**2
    # A constant channel has no variance, or by rounding a little less than none.
    return mean.tolist(), np.sqrt(np.maximum(variance, 1e-6)).tolist()


def _packed(state: dict[str, torch.Tensor]) -> bytes:
    return save({name: value.contiguous() for name, value in state.items()})
