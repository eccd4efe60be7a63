"""What a training does with its options, and what it says where it can't."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from reportgen.errors import RunError, UsageError
from reportgen.learning import training
from reportgen.learning.augmentation import Canvas
from reportgen.learning.training import TrainingOptions, TrainingResult
from tests.learning.trainings import (
    BATCHES,
    CPU,
    OPTIONS,
    build,
    identical,
    run,
    subset,
)

pytestmark = pytest.mark.usefixtures("_one_thread", "_every_epoch_is_saved")


def test_a_crop_is_cut_at_random_only_with_augmentation(tmp_path: Path) -> None:
    def network() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(3 * 10 * 10, 4))

    crop = {**vars(OPTIONS), "crop": 10}
    centred, moved = (
        run(
            tmp_path / str(augmentation is None),
            options=TrainingOptions(**{**crop, "augmentation": augmentation}),
            network=network,
        )
        for augmentation in (None, {"padding": 0, "flip": False})
    )
    assert not identical(centred, moved)


def test_what_is_too_large_to_be_laid_out_trains_to_the_same_bits(
    tmp_path: Path, undisturbed: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[object] = []

    class Noted(Canvas):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            laid_out.append(self)

    monkeypatch.setattr(training, "Canvas", Noted)
    size = 2 * 70 * 16 * 16 * 3
    for limit, side, canvases in ((size - 1, 12, 0), (size, 11, 0), (size, 12, 1)):
        monkeypatch.setattr(training, "CANVAS_BYTES", limit)
        monkeypatch.setattr(training, "SMALL", side)
        assert identical(run(tmp_path / f"{limit} {side}"), undisturbed)
        assert len(laid_out) == canvases


def test_the_seed_decides(tmp_path: Path, undisturbed: TrainingResult) -> None:
    torch.manual_seed(99)
    assert identical(run(tmp_path / "again"), undisturbed)
    other = TrainingOptions(**{**vars(OPTIONS), "seed": 6})
    assert not identical(run(tmp_path / "other", options=other), undisturbed)


def test_epochs_and_progress_are_reported(
    tmp_path: Path, undisturbed: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.learning.progress.SECONDS", 0.0)
    events: list[dict[str, Any]] = []
    result = run(tmp_path, events=events)
    assert identical(result, undisturbed)
    epochs = [event for event in events if event["event"] == "epoch"]
    assert epochs == [{"event": "epoch", **record} for record in result.history]
    inside = [event for event in events if event["event"] == "progress"]
    assert [(event["epoch"], event["batch"]) for event in inside] == [
        (epoch, batch) for epoch in (1, 2, 3) for batch in range(1, BATCHES + 1)
    ]
    last = inside[BATCHES - 1]
    assert last["loss"] == pytest.approx(result.history[0]["train_loss"])
    assert last["accuracy"] == pytest.approx(result.history[0]["train_accuracy"])
    assert last["samples_per_second"] > 0


def test_the_best_accuracy_is_a_count_of_the_stored_answers(undisturbed: TrainingResult) -> None:
    hits = (undisturbed.validation_logits.argmax(1) == subset(20, 2)[1]).mean()
    best = undisturbed.history[undisturbed.best_epoch - 1]
    assert hits == best["validation_accuracy"]
    assert undisturbed.validation_logits.shape == (20, 4)


def test_read_only_images_are_no_trouble(tmp_path: Path, undisturbed: TrainingResult) -> None:
    images, labels = subset(70, 1)
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = training.train(
            build, (mapped, labels), subset(20, 2), options=OPTIONS, device=CPU,
            folder=tmp_path / "partial", key="key", report=lambda event: None,
            stop=lambda: False,
        )  # fmt: skip
    assert identical(result, undisturbed)
    assert np.array_equal(mapped, images)


def test_a_diverging_loss_says_what_to_change(tmp_path: Path) -> None:
    options = TrainingOptions(epochs=2, batch_size=16, learning_rate=1e30)
    with pytest.raises(RunError, match="NaN") as caught:
        run(tmp_path, options=options)
    assert "1e+30" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == [], "a state with NaN in it must not be gone on from"


class Greedy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1, 4)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(images[:, 0, 0, :1])
        return logits * torch.empty(1 << 50)


def test_memory_that_runs_out_says_what_to_change(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="memory ran out") as caught:
        run(tmp_path, network=Greedy)
    assert "batch" in str(caught.value.hint)


def test_other_failures_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes"):
        run(tmp_path, network=lambda: nn.Sequential(nn.Flatten(), nn.Linear(7, 4)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "adan"}, "unknown optimizer 'adan'"),
        ({"schedule": "step"}, "unknown schedule 'step'"),
        ({"crop": 13}, "crop of 13 pixels"),
    ],
)
def test_options_that_cannot_be(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(tmp_path, options=TrainingOptions(**{**vars(OPTIONS), **change}))
