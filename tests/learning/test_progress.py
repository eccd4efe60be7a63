"""Progress on an accelerator, which is stood in for: read late, never waited for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from reportgen.learning import progress
from reportgen.learning.loop import Trainer
from reportgen.learning.progress import Progress


class Event:
    """A mark in the device's queue; `reached` says whether the device has come to it."""

    reached = True

    def __init__(self, device: torch.device) -> None:
        pass

    def record(self) -> None:
        pass

    def query(self) -> bool:
        return Event.reached


def at_batch(batch: int, sums: tuple[float, float]) -> Trainer:
    state = SimpleNamespace(
        epoch=2, epochs=3, batch=batch, batches=9, batch_size=10, train=(None, range(85)),
        device=torch.device("cuda"), sums=torch.tensor(sums),
    )  # fmt: skip
    return cast(Trainer, state)


@pytest.fixture
def _accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "Event", Event)
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    monkeypatch.setattr(Event, "reached", True)


def seen(event: dict[str, Any] | None) -> tuple[int, float, float]:
    assert event is not None
    return event["batch"], event["loss"], event["accuracy"]


@pytest.mark.usefixtures("_accelerator")
def test_what_is_told_is_the_state_one_report_before() -> None:
    teller = Progress(at_batch(0, (0, 0)))
    assert teller.after_batch(at_batch(1, (5, 10))) is None
    assert seen(teller.after_batch(at_batch(3, (9, 25)))) == (1, 0.5, 1.0)
    event = teller.after_batch(at_batch(9, (17, 34)))
    assert seen(event) == pytest.approx((3, 0.3, 25 / 30))


@pytest.mark.usefixtures("_accelerator")
def test_a_device_that_has_not_come_so_far_is_not_waited_for() -> None:
    teller = Progress(at_batch(0, (0, 0)))
    Event.reached = False
    assert teller.after_batch(at_batch(1, (5, 10))) is None
    assert teller.after_batch(at_batch(2, (9, 15))) is None


@pytest.mark.usefixtures("_accelerator")
def test_a_loss_that_is_no_number_is_noticed_underway() -> None:
    teller = Progress(at_batch(0, (0, 0)))
    teller.after_batch(at_batch(1, (float("nan"), 0)))
    with pytest.raises(FloatingPointError, match="epoch 2"):
        teller.after_batch(at_batch(2, (float("nan"), 0)))


@pytest.mark.usefixtures("_accelerator")
def test_a_new_epoch_forgets_the_sums_of_the_last() -> None:
    teller = Progress(at_batch(0, (0, 0)))
    teller.after_batch(at_batch(8, (40, 70)))
    assert teller.after_batch(at_batch(0, (0, 0))) is None
    assert teller.after_batch(at_batch(1, (5, 10))) is None


def test_nothing_is_told_before_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS", float("inf"))
    teller = Progress(at_batch(0, (0, 0)))
    assert teller.after_batch(at_batch(1, (5, 10))) is None
    assert teller._pending is None
