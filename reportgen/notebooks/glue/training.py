"""One training from beginning to end, or the weights that one left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from reportgen.learning.device import layout
from reportgen.learning.loop import Trainer, predict
from reportgen.learning.memory import resident


class Trained(NamedTuple):
    """A network with the weights of its best epoch, and what it predicts for the validation."""

    model: nn.Module
    history: list[dict[str, float]]
    best_epoch: int
    predicted: NDArray[np.int64]


def placed(
    images: NDArray[np.uint8], labels: NDArray[np.int64], device: torch.device
) -> tuple[Tensor, Tensor]:
    """Images and labels on the device, or on the host where the device has no room for them."""
    pictures = resident(torch.from_numpy(images), device)
    return pictures, torch.from_numpy(labels).to(pictures.device)


def fit(
    build: Callable[[], nn.Module],
    optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    preprocess: nn.Module,
    device: torch.device,
    *,
    epochs: int,
    batch_size: int,
    seed: int,
    dtype: torch.dtype,
    augment: Callable[[Tensor, Tensor, int], Tensor] | None = None,
    learning_rate: Callable[[int], float] | None = None,
) -> Trained:
    """Train a fresh network; the best epoch is the first with the highest validation accuracy."""
    torch.manual_seed(seed)
    model = build().to(device).to(memory_format=layout(device))
    trainer = Trainer(
        model,
        optimizer([parameter for parameter in model.parameters() if parameter.requires_grad]),
        train,
        validation,
        preprocess,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        augment=augment,
        learning_rate=learning_rate,
        dtype=dtype,
    )
    trainer.run(print_epoch)
    model.load_state_dict(trainer.best_weights)
    predicted = trainer.best_logits.cpu().numpy().argmax(1)
    return Trained(model, trainer.history, best_epoch(trainer.history), predicted)


def print_epoch(trainer: Trainer) -> None:
    """At the end of each epoch: both losses and accuracies."""
    if trainer.batch == 0:
        last = trainer.history[-1]
        line = (
            f"época {last['epoch']:2}: pérdida {last['train_loss']:.4f} (entrenamiento) y "
            f"{last['validation_loss']:.4f} (validación); precisión "
            f"{last['train_accuracy']:.2%} y {last['validation_accuracy']:.2%}"
        )
        print(line.replace(".", ","))


def best_epoch(history: list[dict[str, float]]) -> int:
    accuracies = [epoch["validation_accuracy"] for epoch in history]
    return 1 + accuracies.index(max(accuracies))


def stored(
    build: Callable[[], nn.Module],
    files: Path,
    validation: tuple[Tensor, Tensor],
    preprocess: nn.Module,
    device: torch.device,
    *,
    batch_size: int,
    dtype: torch.dtype,
) -> Trained:
    """What a training left in ``files``: the best epoch's weights, and its history."""
    model = build()
    model.load_state_dict(load_file(files / "best.safetensors"))
    model = model.to(device).to(memory_format=layout(device))
    history = json.loads((files / "history.json").read_text(encoding="utf-8"))
    logits = predict(model, validation[0], preprocess, device, batch_size, dtype)
    predicted = torch.cat(list(logits)).cpu().numpy().argmax(1)
    return Trained(model, history, best_epoch(history), predicted)
