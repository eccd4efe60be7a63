"""A state that went through a file is put back whole."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from reportgen.learning.checkpoint import Checkpoints
from reportgen.learning.loop import Trainer
from reportgen.learning.preprocess import Preprocess
from reportgen.learning.state import capture, restore, set_generators


def trainer(dtype: torch.dtype = torch.float16) -> Trainer:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 2))
    model.to(memory_format=torch.channels_last)
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (20, 8, 8, 3), dtype=torch.uint8, generator=generator)
    subset = images, torch.arange(20) % 2
    return Trainer(
        model, torch.optim.Adam(model.parameters(), fused=True), subset, subset,
        Preprocess((0.5,), (0.5,)), epochs=1, batch_size=10, seed=0, dtype=dtype,
    )  # fmt: skip


def test_scaler_sums_and_layout_survive_a_file(tmp_path: Path) -> None:
    first = trainer()
    first.train_epoch(lambda run: None)
    first.scaler.update(new_scale=123.0)
    checkpoints = Checkpoints(tmp_path, "key", lambda path, reason: None)
    checkpoints.save(capture(first))
    state = checkpoints.load()
    assert state is not None

    second = trainer()
    assert second.scaler.get_scale() != 123.0
    restore(second, state)
    assert second.scaler.get_scale() == 123.0
    assert torch.equal(second.sums, first.sums)
    assert (second.epoch, second.batch) == (1, 2)
    for ours, theirs in zip(second.model.parameters(), first.model.parameters(), strict=True):
        moments = second.optimizer.state[ours]["exp_avg"]
        # The fused kernels walk parameter and moments side by side in memory.
        assert moments.stride() == ours.stride()
        assert torch.equal(moments, first.optimizer.state[theirs]["exp_avg"])
        assert torch.equal(ours, theirs)


def test_a_state_goes_on_where_no_scaler_and_no_such_generator_were(tmp_path: Path) -> None:
    """As from a CPU to a card that computes in float16, and back."""
    scaled, plain = trainer(), trainer(torch.float32)
    for first, second in ((scaled, plain), (plain, scaled)):
        first.train_epoch(lambda run: None)
        checkpoints = Checkpoints(tmp_path, "key", lambda path, reason: None)
        checkpoints.save(capture(first))
        state = checkpoints.load()
        assert state is not None
        before = second.scaler.get_scale()
        restore(second, state)
        assert second.scaler.get_scale() == before
        assert torch.equal(next(second.model.parameters()), next(first.model.parameters()))
    set_generators(torch.device("cuda"), {"cpu": torch.get_rng_state()})
