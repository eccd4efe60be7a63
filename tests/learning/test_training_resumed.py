"""A training that stopped and went on is the one that never stopped, bit for bit."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from reportgen.errors import Interrupted, RunError, UsageError
from reportgen.learning import checkpoint, training, watch
from reportgen.learning.loop import Trainer
from reportgen.learning.state import restore
from reportgen.learning.training import TrainingOptions, TrainingResult
from tests.learning.trainings import (
    BATCHES,
    CHECKS,
    CPU,
    OPTIONS,
    after,
    build,
    identical,
    run,
    stopped,
    subset,
)

pytestmark = pytest.mark.usefixtures("_one_thread", "_every_epoch_is_saved")

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


def test_a_stop_never_saves_a_diverged_state(tmp_path: Path) -> None:
    options = TrainingOptions(epochs=2, batch_size=16, learning_rate=1e30)
    with pytest.raises(RunError, match="NaN"):
        run(tmp_path, after(3), options)
    assert list(tmp_path.iterdir()) == []


def test_a_training_remembers_where_it_was(tmp_path: Path) -> None:
    stopped(tmp_path, CHECKS + 2)
    checkpoints = checkpoint.Checkpoints(tmp_path, "key", lambda path, reason: None)
    state = checkpoints.load()
    assert state is not None
    assert state["places"] == [["cpu", "float32"]]
    checkpoints.save({**state, "places": [["cuda", "bfloat16"]]})
    assert run(tmp_path).places == [["cuda", "bfloat16"], ["cpu", "float32"]]
