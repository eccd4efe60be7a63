"""Depthwise convolutions against torch's own, with the zeros put there by a copy."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from reportgen.learning.convolutions import whole_groups
from reportgen.learning.depthwise import DepthwiseConv2d, Padding, is_depthwise

CHANNELS = 16
# Kernel, stride, zeros (left, right, top, bottom), height, width: EfficientNet-lite's, and others.
CASES = [
    pytest.param(3, 1, (1, 1, 1, 1), 9, 7, id="3x3"),
    pytest.param(5, 1, (2, 2, 2, 2), 9, 7, id="5x5"),
    pytest.param(5, 1, (2, 2, 2, 2), 2, 2, id="5x5 of a small image"),
    pytest.param(7, 1, (3, 3, 3, 3), 8, 9, id="7x7"),
    pytest.param(7, 1, (3, 3, 3, 3), 2, 1, id="7x7 of a small image"),
    pytest.param(3, 2, (0, 1, 0, 1), 8, 12, id="3x3 by two"),
    pytest.param(3, 2, (0, 1, 0, 1), 9, 7, id="3x3 by two of an odd size"),
    pytest.param(5, 2, (1, 2, 1, 2), 8, 12, id="5x5 by two"),
    pytest.param(5, 2, (1, 2, 1, 2), 7, 9, id="5x5 by two of an odd size"),
    pytest.param(5, 2, (2, 2, 2, 2), 7, 9, id="5x5 by two, even zeros"),
    pytest.param(4, 3, (0, 1, 1, 2), 10, 11, id="4x4 by three"),
]


def plain_and_own(
    kernel: int, stride: int, zeros: Padding, dtype: torch.dtype = torch.float64
) -> tuple[nn.Module, DepthwiseConv2d]:
    torch.manual_seed(0)
    convolution = nn.Conv2d(
        CHANNELS, CHANNELS, kernel, stride, groups=CHANNELS, bias=False, dtype=dtype
    )
    return nn.Sequential(nn.ZeroPad2d(zeros), convolution), DepthwiseConv2d(convolution, zeros)


def images(height: int, width: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(2, CHANNELS, height, width, dtype=dtype).to(
        memory_format=torch.channels_last
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("kernel", "stride", "zeros", "height", "width"), CASES)
def test_answers_and_gradients_are_those_of_a_padded_copy(
    kernel: int, stride: int, zeros: Padding, height: int, width: int, dtype: torch.dtype
) -> None:
    """oneDNN computes in float32, torch's own kernels in float64."""
    networks = plain_and_own(kernel, stride, zeros, dtype)
    given, found = images(height, width, dtype), []
    for network in networks:
        input = given.clone().requires_grad_()
        answer = network(input)
        network.zero_grad()
        answer.square().sum().backward()
        (weight,) = network.parameters()
        found.append((answer.detach(), input.grad, weight.grad))
    loose = {"rtol": 1e-4, "atol": 1e-5} if dtype == torch.float32 else {}
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, **loose)


def test_what_is_asked_for_alone_is_as_together() -> None:
    _, own = plain_and_own(5, 2, (1, 2, 1, 2))
    input = images(8, 8).requires_grad_()
    together = torch.autograd.grad(own(input).square().sum(), [input, own.weight])
    (back,) = torch.autograd.grad(own(input).square().sum(), [input])
    own.requires_grad_(False)
    (frozen,) = torch.autograd.grad(own(input).square().sum(), [input])
    own.requires_grad_(True)
    (slope,) = torch.autograd.grad(own(input.detach()).square().sum(), [own.weight])
    torch.testing.assert_close((back, frozen, slope), (together[0], together[0], together[1]))


def test_no_padded_copy_is_kept() -> None:
    networks = plain_and_own(3, 2, (0, 1, 0, 1), torch.float32)
    input = torch.randn(1, CHANNELS, 64, 64)
    kept: list[int] = []
    for network in networks:
        sizes: list[int] = []
        keep = torch.autograd.graph.saved_tensors_hooks(
            lambda tensor, sizes=sizes: sizes.append(tensor.numel()) or tensor, lambda kept: kept
        )
        with keep:
            network(input)
        kept.append(max(sizes))
    assert kept == [CHANNELS * 65 * 65, CHANNELS * 64 * 64]


@pytest.mark.parametrize("zeros", [(1, 1, 1, 1), (0, 1, 0, 1)])
def test_in_halves_it_is_torchs_own(zeros: Padding) -> None:
    given, found = images(8, 8, torch.float32), []
    for network in plain_and_own(3, 2, zeros, torch.float32):
        input = given.clone().requires_grad_()
        halves = torch.autocast("cpu", torch.bfloat16)
        with halves, whole_groups(input.device, torch.bfloat16):
            answer = network(input)
        assert answer.dtype == torch.bfloat16
        (back,) = torch.autograd.grad(answer.float().square().sum(), [input])
        found.append((answer.detach(), back))
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("zeros", [(1, 1, 1, 1), (0, 1, 0, 1)])
def test_shapes_are_known_without_computing(zeros: Padding) -> None:
    plain, own = (one.to("meta") for one in plain_and_own(3, 2, zeros))
    input = torch.empty(1, CHANNELS, 8, 8, dtype=torch.float64, device="meta")
    assert own(input).shape == plain(input).shape


def test_no_random_number_is_drawn_for_it() -> None:
    convolution = nn.Conv2d(CHANNELS, CHANNELS, 3, groups=CHANNELS, bias=False)
    before = torch.get_rng_state()
    DepthwiseConv2d(convolution, (1, 1, 1, 1))
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_depthwise_is_told_from_what_is_not() -> None:
    assert is_depthwise(nn.Conv2d(4, 4, 3, groups=4, bias=False))
    assert not is_depthwise(nn.Conv2d(4, 4, 3, groups=4))
    assert not is_depthwise(nn.Conv2d(4, 8, 3, groups=4, bias=False))
    assert not is_depthwise(nn.Conv2d(4, 4, 3, groups=2, bias=False))
    assert not is_depthwise(nn.Conv2d(4, 4, 3, groups=4, bias=False, dilation=2))
    assert not is_depthwise(nn.Conv2d(4, 4, 3, groups=4, bias=False, padding=1))
