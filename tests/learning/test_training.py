"""A training that stopped and went on is the one that never stopped, bit for bit."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from reportgen.errors import Interrupted, RunError, UsageError
from reportgen.learning import checkpoint, training, watch
from reportgen.learning.augmentation import Canvas
from reportgen.learning.loop import Trainer
from reportgen.learning.state import restore
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


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _every_epoch_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the disk is."""
    monkeypatch.setattr(watch, "QUICK_SECONDS", float("inf"))


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


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    torch.set_num_threads(1)
    return run(tmp_path_factory.mktemp("undisturbed"))


STEADY = replace(OPTIONS, schedule="constant")


@pytest.mark.parametrize("lost", [None, "optimizer", "generators"])
def test_a_training_that_goes_on_is_as_if_it_had_been_longer_from_the_first(
    tmp_path: Path, lost: str | None
) -> None:
    short = run(tmp_path / "short", options=replace(STEADY, epochs=2))
    (tmp_path / "end").write_bytes(checkpoint.pack(short.last))
    end = checkpoint.unpack(tmp_path / "end")
    if lost:
        fresh = run(tmp_path / "other", options=replace(STEADY, epochs=1, seed=9))
        end[lost] = fresh.last[lost]
    torch.manual_seed(12345)
    longer = run(tmp_path / "longer", options=replace(STEADY, epochs=4), start=end)
    whole = run(tmp_path / "whole", options=replace(STEADY, epochs=4))
    assert identical(longer, whole) is (lost is None)
    assert longer.history[:2] == short.history


def test_a_training_that_goes_on_can_be_stopped_and_resumed(tmp_path: Path) -> None:
    short = run(tmp_path / "short", options=replace(STEADY, epochs=1))
    with pytest.raises(Interrupted):
        run(tmp_path / "longer", after(CHECKS + 2), replace(STEADY, epochs=3), start=short.last)
    longer = run(tmp_path / "longer", options=replace(STEADY, epochs=3), start=short.last)
    assert longer.resumed
    assert identical(longer, run(tmp_path / "whole", options=replace(STEADY, epochs=3)))


def test_a_schedule_that_knows_its_end_cant_go_on(tmp_path: Path) -> None:
    short = run(tmp_path / "short")
    with pytest.raises(UsageError, match="'cosine' can't go on"):
        run(tmp_path / "longer", options=replace(OPTIONS, epochs=4), start=short.last)


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(0, id="after-the-first-batch"),
        pytest.param(2, id="inside-the-first-epoch"),
        pytest.param(BATCHES - 1, id="before-the-evaluation"),
        pytest.param(BATCHES, id="inside-the-evaluation"),
        pytest.param(CHECKS - 1, id="after-the-first-epoch"),
        pytest.param(CHECKS + 3, id="inside-the-second-epoch"),
        pytest.param(2 * CHECKS + BATCHES + 1, id="at-the-very-end"),
    ],
)
def test_stopped_and_resumed_is_never_stopped(
    tmp_path: Path, undisturbed: TrainingResult, calls: int
) -> None:
    stopped(tmp_path, calls)
    events: list[dict[str, Any]] = []
    resumed = run(tmp_path, events=events)
    assert identical(resumed, undisturbed)
    assert resumed.resumed
    assert not undisturbed.resumed
    epoch, check = divmod(calls, CHECKS)
    at = (epoch + 2, 0) if check == CHECKS - 1 else (epoch + 1, min(check + 1, BATCHES))
    assert events[0] == {"event": "resumed", "epoch": at[0], "batch": at[1]}


def test_stopped_at_every_batch_is_never_stopped(
    tmp_path: Path, undisturbed: TrainingResult
) -> None:
    for _ in range(3 * BATCHES):
        try:
            result = run(tmp_path, after(2))
        except Interrupted:
            torch.manual_seed(1)
            continue
        break
    assert identical(result, undisturbed)


@pytest.mark.parametrize(
    "options",
    [
        TrainingOptions(epochs=2, batch_size=16, optimizer="sgd", learning_rate=0.05),
        TrainingOptions(epochs=2, batch_size=16, optimizer="adamw", weight_decay=0.1, crop=12),
    ],
    ids=["sgd", "adamw"],
)
def test_every_optimizer_goes_on(tmp_path: Path, options: TrainingOptions) -> None:
    straight = run(tmp_path / "straight", options=options)
    stopped(tmp_path / "stopped", 3, options)
    assert identical(run(tmp_path / "stopped", options=options), straight)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_goes_on_with_its_scaler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    monkeypatch.setattr("reportgen.learning.device.precision", lambda device: dtype)
    straight = run(tmp_path / "straight")
    stopped(tmp_path / "stopped", CHECKS + 2)
    assert identical(run(tmp_path / "stopped"), straight)


def test_without_the_generators_it_is_another_training(
    tmp_path: Path, undisturbed: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.learning.state.set_generators", lambda device, states: None)
    stopped(tmp_path, 2)
    assert not identical(run(tmp_path), undisturbed)


def test_without_the_optimizers_state_it_is_another_training(
    tmp_path: Path, undisturbed: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.optim.Adam, "load_state_dict", lambda self, state: None)
    stopped(tmp_path, 2)
    assert not identical(run(tmp_path), undisturbed)


def test_a_finished_training_is_read_back(tmp_path: Path, undisturbed: TrainingResult) -> None:
    run(tmp_path)
    events: list[dict[str, Any]] = []
    assert identical(run(tmp_path, events=events), undisturbed)
    assert [event["event"] for event in events] == ["resumed"]


def test_a_stop_that_comes_after_the_last_batch_comes_too_late(
    tmp_path: Path, undisturbed: TrainingResult
) -> None:
    assert identical(run(tmp_path, after(3 * CHECKS - 1)), undisturbed)


def test_what_was_loaded_to_go_on_from_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another copy of the weights and their moments."""
    loaded: list[weakref.ref[Tensor]] = []
    kept: list[bool] = []

    def noted(trainer: Trainer, state: dict[str, Any]) -> None:
        restore(trainer, state)
        loaded.extend(weakref.ref(value) for value in state["model"].values())

    def stop() -> bool:
        kept.append(any(value() is not None for value in loaded))
        return False

    monkeypatch.setattr(training, "restore", noted)
    stopped(tmp_path, 2)
    run(tmp_path, stop)
    assert loaded
    assert kept
    assert not any(kept)


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


def test_a_damaged_checkpoint_costs_an_epoch_and_no_bit(
    tmp_path: Path, undisturbed: TrainingResult
) -> None:
    stopped(tmp_path, 2 * CHECKS + 1)
    newest = max(tmp_path.iterdir())
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    events: list[dict[str, Any]] = []
    assert identical(run(tmp_path, events=events), undisturbed)
    assert events[0]["event"] == "refused"
    assert events[0]["file"] == str(newest)
    assert events[1] == {"event": "resumed", "epoch": 3, "batch": 0}


def killed_after(epoch: int, folder: Path) -> dict[str, Any]:
    """Where a training goes on that ended without a word after so many epochs."""

    def pull_the_plug(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == epoch:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.train(
            build, subset(70, 1), subset(20, 2), options=OPTIONS, device=CPU, folder=folder,
            key="key", report=pull_the_plug, stop=lambda: False,
        )  # fmt: skip
    events: list[dict[str, Any]] = []
    run(folder, events=events)
    return events[0]


def test_every_epoch_is_saved(tmp_path: Path) -> None:
    assert killed_after(3, tmp_path) == {"event": "resumed", "epoch": 3, "batch": 0}


def test_an_epoch_that_lasts_is_saved_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "CHECKPOINT_SECONDS", -1.0)
    assert killed_after(2, tmp_path) == {"event": "resumed", "epoch": 2, "batch": BATCHES}


def test_saving_that_takes_long_is_not_done_after_every_short_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(watch, "PATIENCE", 1e9)
    assert killed_after(3, tmp_path) == {"event": "resumed", "epoch": 2, "batch": 0}


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


def test_a_stop_never_saves_a_diverged_state(tmp_path: Path) -> None:
    options = TrainingOptions(epochs=2, batch_size=16, learning_rate=1e30)
    with pytest.raises(RunError, match="NaN"):
        run(tmp_path, after(3), options)
    assert list(tmp_path.iterdir()) == []


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


def test_a_training_remembers_where_it_was(tmp_path: Path) -> None:
    stopped(tmp_path, CHECKS + 2)
    checkpoints = checkpoint.Checkpoints(tmp_path, "key", lambda path, reason: None)
    state = checkpoints.load()
    assert state is not None
    assert state["places"] == [["cpu", "float32"]]
    checkpoints.save({**state, "places": [["cuda", "bfloat16"]]})
    assert run(tmp_path).places == [["cuda", "bfloat16"], ["cpu", "float32"]]
