"""Grouped convolutions go back in float32 where the rest of a training is in halves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from reportgen.learning.convolutions import whole_groups
from reportgen.learning.loop import Trainer
from reportgen.learning.preprocess import Preprocess

CPU = torch.device("cpu")
HALVES = torch.bfloat16


class Backward(TorchDispatchMode):
    """Notes in what each convolution goes back: {its groups: the gradient's type}."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[int, torch.dtype] = {}

    def __torch_dispatch__(
        self,
        function: Any,
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Any:
        if function is torch.ops.aten.convolution_backward.default:
            self.found[arguments[9]] = arguments[0].dtype
        return function(*arguments, **named or {})


@pytest.mark.parametrize(
    ("dtype", "plain", "grouped"),
    [(HALVES, HALVES, torch.float32), (torch.float32, torch.float32, torch.float32)],
)
def test_a_training_goes_back_through_groups_in_float32(
    dtype: torch.dtype, plain: torch.dtype, grouped: torch.dtype
) -> None:
    body = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 3, groups=4), nn.Flatten(), nn.Linear(16, 2)
    trainer = _trainer(nn.Sequential(*body), dtype)
    with Backward() as backward:
        trainer.train_batch(torch.arange(4))
    assert backward.found == {1: plain, 4: grouped}


def _trainer(model: nn.Module, dtype: torch.dtype) -> Trainer:
    images = torch.randint(0, 256, (4, 4, 4, 3), dtype=torch.uint8)
    sets = [(images, torch.tensor([0, 1, 0, 1]))] * 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    preprocess = Preprocess((0.5,) * 3, (0.5,) * 3)
    return Trainer(model, optimizer, *sets, preprocess, epochs=1, batch_size=4, seed=0, dtype=dtype)


@pytest.mark.parametrize(
    "convolve",
    [
        lambda images, kernels: functional.conv2d(images, kernels, None, 1, 1, 1, 6),
        lambda images, kernels: functional.conv2d(images, kernels, padding=1, groups=6),
        lambda images, kernels: functional.conv2d(
            input=images.to(HALVES), weight=kernels.to(HALVES), padding=1, groups=6
        ),
    ],
    ids=["by place", "by name", "halves by name"],
)
def test_the_answer_is_in_halves_and_the_gradients_are_those_of_float32(
    convolve: Callable[[Tensor, Tensor], Tensor],
) -> None:
    torch.manual_seed(0)
    images, kernels = (
        torch.randn(shape).to(HALVES).float().requires_grad_()
        for shape in ((2, 6, 5, 5), (6, 1, 3, 3))
    )
    exact = functional.conv2d(images, kernels, padding=1, groups=6)
    slope = torch.randn_like(exact).to(HALVES)
    expected = torch.autograd.grad(exact, [images, kernels], slope.float())
    with torch.autocast("cpu", HALVES), whole_groups(CPU, HALVES):
        answer = convolve(images, kernels)
    assert answer.dtype == HALVES
    assert torch.equal(answer, exact.to(HALVES))
    found = torch.autograd.grad(answer, [images, kernels], slope)
    for one, other in zip(found, expected, strict=True):
        assert torch.equal(one.to(HALVES), other.to(HALVES))


def test_doubles_are_left_alone() -> None:
    images, kernels = torch.randn(1, 2, 3, 3).double(), torch.randn(2, 1, 3, 3).double()
    with torch.autocast("cpu", HALVES), whole_groups(CPU, HALVES):
        assert functional.conv2d(images, kernels, groups=2).dtype == torch.float64


def test_where_the_model_itself_leaves_halves_nothing_is_changed() -> None:
    images, kernels = torch.randn(1, 2, 3, 3), torch.randn(2, 1, 3, 3)
    halves, whole = torch.autocast("cpu", HALVES), torch.autocast("cpu", enabled=False)
    with halves, whole_groups(CPU, HALVES), whole:
        answer = functional.conv2d(images, kernels, groups=2)
    assert answer.dtype == torch.float32


@pytest.mark.parametrize(("device", "dtype"), [("cuda", HALVES), ("cpu", torch.float32)])
def test_elsewhere_nothing_needs_it(device: str, dtype: torch.dtype) -> None:
    assert isinstance(whole_groups(torch.device(device), dtype), nullcontext)
