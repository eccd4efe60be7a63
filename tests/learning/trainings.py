"""Small trainings that can be stopped, and whether two came to the same end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from reportgen.errors import Interrupted
from reportgen.learning import training
from reportgen.learning.training import TrainingOptions, TrainingResult

CPU = torch.device("cpu")
OPTIONS = TrainingOptions(
    epochs=3,
    batch_size=16,
    learning_rate=3e-3,
    weight_decay=1e-4,
    schedule="cosine",
    augmentation={"padding": 2, "flip": True},
    seed=5,
)
BATCHES = 5  # 70 training images in batches of 16
CHECKS = BATCHES + 2 + 1  # times an epoch that `stop` is asked: its batches, 20 images to validate


def build() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3),
        nn.Flatten(), nn.Linear(8 * 5 * 5, 4),
    )  # fmt: skip


def subset(count: int, seed: int) -> training.Images:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 12, 12, 3), dtype=np.uint8), random.integers(0, 4, count)


def after(calls: int) -> Callable[[], bool]:
    """Answers yes the time after so many."""
    left = iter([False] * calls)
    return lambda: next(left, True)


def run(
    folder: Path,
    stop: Callable[[], bool] = lambda: False,
    options: TrainingOptions = OPTIONS,
    network: Callable[[], nn.Module] = build,
    events: list[dict[str, Any]] | None = None,
    start: dict[str, Any] | None = None,
) -> TrainingResult:
    return training.train(
        network,
        subset(70, 1),
        subset(20, 2),
        options=options,
        device=CPU,
        folder=folder,
        key="key",
        report=(events if events is not None else []).append,
        stop=stop,
        start=start,
    )


def stopped(folder: Path, calls: int, options: TrainingOptions = OPTIONS) -> None:
    with pytest.raises(Interrupted):
        run(folder, after(calls), options)
    torch.manual_seed(12345)  # the process that goes on has drawn other numbers


def identical(one: TrainingResult, other: TrainingResult) -> bool:
    def equal(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> bool:
        return list(ours) == list(theirs) and all(torch.equal(ours[k], theirs[k]) for k in ours)

    return (
        one.history == other.history
        and one.best_epoch == other.best_epoch
        and equal(one.best_state, other.best_state)
        and equal(one.last_state, other.last_state)
        and np.array_equal(one.validation_logits, other.validation_logits)
    )
