"""Optimizers that step by one kernel, whatever the first batch does."""

from __future__ import annotations

import torch
from torch import nn

from reportgen.learning.optimizer import optimizer
from reportgen.learning.training import TrainingOptions

OPTIONS = TrainingOptions(epochs=1, optimizer="sgd", learning_rate=3e-3, weight_decay=1e-4)


def test_momentum_begins_at_zero_where_the_first_batch_may_be_skipped() -> None:
    """What a fused kernel leaves alone when float16 overflows is no memory as it was found."""
    model = nn.Linear(4, 4)
    plain = nn.Linear(4, 4)
    plain.load_state_dict(model.state_dict())
    ours = optimizer(model, OPTIONS)
    buffers = [state["momentum_buffer"] for state in ours.state.values()]
    assert len(buffers) == 2
    assert not any(buffer.any() for buffer in buffers)
    theirs = torch.optim.SGD(
        plain.parameters(), lr=OPTIONS.learning_rate, momentum=0.9,
        weight_decay=OPTIONS.weight_decay,
    )  # fmt: skip
    images = torch.rand(3, 4, generator=torch.Generator().manual_seed(0))
    for _ in range(3):
        for network, one in ((model, ours), (plain, theirs)):
            one.zero_grad()
            network(images).square().sum().backward()
            one.step()
    torch.testing.assert_close(model.weight, plain.weight)
