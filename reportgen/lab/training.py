"""The step that trains a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save

from reportgen.engine.contents import write_contents
from reportgen.lab.device import use
from reportgen.learning.checkpoint import pack, unpack
from reportgen.learning.training import TrainingOptions
from reportgen.learning.training import train as run
from reportgen.references import resolve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Event, Workspace

RESUME = "resume.safetensors"
"""What a training goes on from, besides what it leaves for others: optimizer and generators."""

_ELSEWHERE = ("model", "best_weights", "best_logits", "history")
_CHUNK = 256  # images counted at a time
_LEAST_DEVIATION = 1e-3  # of a constant channel, which would divide by zero


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
    compiled: bool,
    start: Artifact | None = None,
) -> Contents:
    """Train the network; leaves history, best epoch, weights, and the best epoch's logits.

    ``start`` is a shorter training's artifact, to go on from where that ended.
    """
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
        start=_end_of(start) if start else None,
        compiled=compiled,
    )
    workspace.provenance.update(
        resumed=result.resumed,
        compiled=result.compiled,
        places=result.places,
    )
    best = result.history[result.best_epoch - 1]
    for name, content in (
        ("best.safetensors", result.best_state),
        ("last.safetensors", result.last_state),
    ):
        write_contents(workspace.folder, {name: _packed(content)})  # one in memory at a time
    return {
        "history.json": result.history,
        "best.json": {
            "epoch": result.best_epoch,
            "validation_accuracy": best["validation_accuracy"],
        },
        "normalisation.json": {"mean": list(mean), "std": list(std)},
        "validation_scores.npy": result.validation_logits,
        RESUME: pack({name: it for name, it in result.last.items() if name not in _ELSEWHERE}),
    }


def _end_of(training: Artifact) -> dict[str, Any]:
    return {
        **unpack(training.path(RESUME)),
        "model": load_file(training.path("last.safetensors")),
        "best_weights": load_file(training.path("best.safetensors")),
        "best_logits": torch.from_numpy(np.array(training.array("validation_scores.npy"))),
        "history": training.json("history.json"),
    }


def statistics(images: NDArray[np.uint8]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel, of pixels from 0 to 1, without a copy of all."""
    counts = np.zeros((images.shape[3], 256), np.int64)
    for start in range(0, len(images), _CHUNK):
        part = np.asarray(images[start : start + _CHUNK])
        for channel in range(images.shape[3]):
            counts[channel] += np.bincount(part[..., channel].ravel(), minlength=256)
    levels = np.arange(256) / 255
    shares = counts / counts.sum(1, keepdims=True)
    mean = shares @ levels
    deviation = np.sqrt((shares * (levels - mean[:, None]) ** 2).sum(1))
    return mean.tolist(), np.maximum(deviation, _LEAST_DEVIATION).tolist()


def _packed(state: dict[str, torch.Tensor]) -> bytes:
    return save({name: value.contiguous() for name, value in state.items()})
