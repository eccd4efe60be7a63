"""Compiling pays or it isn't done; where it is done, the training stays the same training."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from reportgen.errors import Interrupted, RunError
from reportgen.learning import compilation, training
from reportgen.learning.training import TrainingResult
from tests.learning.trainings import OPTIONS, after, build, identical, subset

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
needs_compiler = pytest.mark.skipif(
    shutil.which("g++") is None, reason="torch.compile needs a C++ compiler on the CPU"
)
pytestmark = pytest.mark.usefixtures("_one_thread")


@pytest.fixture
def gains(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CPU that gains by compiling, whatever is left to train."""
    monkeypatch.setattr(compilation, "DEVICES", ("cpu",))
    monkeypatch.setattr(compilation, "SECONDS", 0.0)


def run(
    folder: Path, stop: int | None = None, events: list[dict[str, Any]] | None = None
) -> TrainingResult:
    return training.train(
        build,
        subset(64, 1),
        subset(16, 2),
        options=replace(OPTIONS, epochs=3),
        device=CPU,
        folder=folder,
        key="key",
        report=(events if events is not None else []).append,
        stop=after(stop) if stop is not None else lambda: False,
        compiled=True,
    )


def test_compiling_pays_where_enough_is_left() -> None:
    least = compilation.SECONDS / compilation.SAVED
    assert compilation.pays(1000, 1.01 * least / 1000)
    assert not compilation.pays(1000, 0.99 * least / 1000)


def test_a_device_that_gains_nothing_compiles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation, "SECONDS", 0.0)
    events: list[dict[str, Any]] = []
    assert run(tmp_path, events=events).compiled is None
    assert "compiled" not in [event["event"] for event in events]


def test_a_short_training_is_not_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "DEVICES", ("cpu",))
    assert run(tmp_path).compiled is None


@needs_compiler
def test_a_compiled_network_trains_as_a_plain_one(tmp_path: Path, gains: None) -> None:
    counters = _compiled_frames()
    events: list[dict[str, Any]] = []
    compiled = run(tmp_path / "compiled", events=events)
    assert compiled.compiled == 2, "the first epoch tells how long the others will take"
    assert {"event": "compiled", "epoch": 2} in events
    assert _compiled_frames() > counters
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compilation, "DEVICES", ())
        plain = run(tmp_path / "plain")
    assert compiled.history[0] == plain.history[0]
    assert list(compiled.best_state) == list(plain.best_state)
    # Dropout draws other numbers in a compiled network: the loss is near, not equal.
    for ours, theirs in zip(compiled.history, plain.history, strict=True):
        assert ours["train_loss"] == pytest.approx(theirs["train_loss"], rel=0.2)


@needs_compiler
def test_a_compiled_training_goes_on_compiled_with_the_same_bits(
    tmp_path: Path, gains: None
) -> None:
    whole = run(tmp_path / "whole")
    with pytest.raises(Interrupted):
        run(tmp_path / "parts", stop=2 * (4 + 1 + 1) + 2)  # in the third epoch
    torch.manual_seed(12345)
    parts = run(tmp_path / "parts")
    assert parts.resumed
    assert parts.compiled == 2
    assert identical(parts, whole)


@needs_compiler
def test_what_was_compiled_is_told_of_a_training_that_goes_on_without(
    tmp_path: Path, gains: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for calls in (2 * (4 + 1 + 1) + 2, 0):  # in the third epoch, twice
        with pytest.raises(Interrupted):
            run(tmp_path, stop=calls)
        monkeypatch.setattr(compilation, "DEVICES", ())
    assert run(tmp_path).compiled == 2


@needs_compiler
def test_a_compiler_that_fails_says_what_to_do_and_nothing_is_lost(
    tmp_path: Path, gains: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch._inductor.config as config

    torch._dynamo.reset()
    with monkeypatch.context() as patch:
        patch.setattr(config.cpp, "cxx", ("no-such-compiler",))
        patch.setattr(config, "force_disable_caches", True)
        with pytest.raises(RunError, match="can't be compiled") as caught:
            run(tmp_path)
    assert "run.compile" in str(caught.value.hint)
    monkeypatch.setattr(compilation, "DEVICES", ())
    events: list[dict[str, Any]] = []
    assert run(tmp_path, events=events).compiled is None
    assert events[0] == {"event": "resumed", "epoch": 2, "batch": 0}


def test_the_plan_says_what_will_be_compiled() -> None:
    assert compilation.told(CPU, wanted=False) == ""
    assert "nothing" in compilation.told(CPU, wanted=True)
    assert "nothing" not in compilation.told(CUDA, wanted=True)


def test_an_error_of_the_training_itself_stays() -> None:
    with pytest.raises(RuntimeError, match="of its own"), compilation.explained():
        raise RuntimeError("of its own")


def _compiled_frames() -> int:
    from torch._dynamo.utils import counters

    return int(counters["frames"]["ok"])
