"""What a step will cost is told by what its network computes and by what it moves."""

from __future__ import annotations

import pytest
from torch import nn

from reportgen.engine.step import Step
from reportgen.lab import cost
from reportgen.lab.handles import Data, Network

PACE = 1e11
SHAPE = (64, 16, 16)


def dense() -> nn.Module:
    """Three convolutions of 64 channels."""
    return nn.Sequential(*(nn.Conv2d(64, 64, 3, padding=1) for _ in range(3)))


def depthwise(kernel: int = 3) -> nn.Module:
    """The same shapes; a channel sees itself alone."""
    return nn.Sequential(
        *(nn.Conv2d(64, 64, kernel, padding=kernel // 2, groups=64) for _ in range(3))
    )


DENSE, DEPTHWISE = Network(dense), Network(depthwise)


def operations(network: Network) -> int:
    return cost.of_network(network, SHAPE)[0]


def seconds(network: Network, *, epochs: int = 1, validation: int = 0) -> float:
    samples = {"train": 1000, "validation": validation}
    data = Data(Step("toy.dataset", "toy:load"), "", ("a", "b"), SHAPE, samples)
    return cost.training(network, data, epochs, PACE)


def test_a_compute_bound_training_costs_its_operations_there_and_back() -> None:
    forward = cost.inference(operations(DENSE), 1000, PACE)
    assert seconds(DENSE) == pytest.approx(3 * forward)


def test_a_memory_bound_training_costs_what_it_keeps_whatever_it_computes() -> None:
    smaller = Network(depthwise, {"kernel": 1})
    assert operations(smaller) < operations(DEPTHWISE) < operations(DENSE)
    assert seconds(smaller) == seconds(DEPTHWISE)
    assert 3 * cost.inference(operations(DEPTHWISE), 1000, PACE) < seconds(DEPTHWISE)


def test_each_epoch_costs_its_images_and_its_evaluation() -> None:
    evaluation = cost.inference(operations(DENSE), 500, PACE)
    assert seconds(DENSE, validation=500) == pytest.approx(seconds(DENSE) + evaluation)
    assert seconds(DENSE, validation=500, epochs=3) == pytest.approx(
        3 * (seconds(DENSE) + evaluation)
    )
