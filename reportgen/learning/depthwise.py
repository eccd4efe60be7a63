"""Depthwise convolutions, as they go fast on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

_WIDTH = 3  # columns of a kernel that oneDNN's own depthwise kernel for its gradient knows

Padding = tuple[int, int, int, int]
"""Zeros to the left, to the right, on top and below of an image."""


class DepthwiseConv2d(nn.Conv2d):
    """A convolution with a kernel of its own for each channel, whose paddings may be uneven.

    In float32 on a CPU it makes no padded copy of its input to go forward, keeps none to go back,
    and takes the gradient of a wide kernel in columns: EfficientNet-lite0's 5×5 ones in 0.6 of the
    time.

    Args:
        convolution: what it does the same as, and whose weights it takes; as `is_depthwise`.
        zeros: around the image; to the right and below not over a stride more than opposite.
    """

    def __init__(self, convolution: nn.Conv2d, zeros: Padding) -> None:
        channels = convolution.in_channels
        height, width = convolution.kernel_size
        # No random numbers are drawn for weights that nobody needs: what is made after it, the
        # head, is then the same as without.
        super().__init__(
            channels, channels, (height, width), groups=channels, bias=False, device="meta"
        )
        self.stride = convolution.stride
        self.weight = convolution.weight
        self.zeros = zeros
        if _is_even(zeros):
            self.padding = (zeros[2], zeros[0])

    def forward(self, input: Tensor) -> Tensor:
        if input.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
            answer: Tensor = _Depthwise.apply(input, self.weight, self.stride, self.zeros)
            return answer
        return super().forward(input if _is_even(self.zeros) else F.pad(input, self.zeros))


def is_depthwise(convolution: nn.Conv2d) -> bool:
    """Whether it has one kernel a channel, without gaps, bias and zeros of its own."""
    channels = {convolution.in_channels, convolution.out_channels, convolution.groups}
    plain = (convolution.dilation, convolution.padding) == ((1, 1), (0, 0))
    return len(channels) == 1 and plain and convolution.bias is None


def _is_even(zeros: Padding) -> bool:
    left, right, top, bottom = zeros
    return (left, top) == (right, bottom)


class _Depthwise(torch.autograd.Function):
    """The convolution of (N, C, H, W), channels last; its zeros as in `DepthwiseConv2d`."""

    @staticmethod
    def forward(
        ctx: Any, input: Tensor, weight: Tensor, stride: tuple[int, int], zeros: Padding
    ) -> Tensor:
        ctx.save_for_backward(input, weight)
        ctx.stride, ctx.zeros = stride, zeros
        left, right, top, bottom = zeros
        channels = len(weight)
        if _is_even(zeros):
            return F.conv2d(input, weight, None, stride, (top, left), 1, channels)
        # With a stride more of zeros on each side they are even, and oneDNN puts them there itself;
        # the first row and column of answers, and what is over behind, are left out.
        around = top + stride[0], left + stride[1]
        rows, columns = (
            (size + sum(pair) - kernel) // step + 1
            for size, pair, kernel, step in zip(
                input.shape[2:],
                ((top, bottom), (left, right)),
                weight.shape[2:],
                stride,
                strict=True,
            )
        )
        answer = F.conv2d(input, weight, None, stride, around, 1, channels)
        answer = answer[:, :, 1 : 1 + rows, 1 : 1 + columns]
        return answer.contiguous(memory_format=torch.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        input, weight = ctx.saved_tensors
        (gradient,) = gradients
        left, _, top, _ = ctx.zeros
        wanted, weighed = ctx.needs_input_grad[:2]
        even, wide = _is_even(ctx.zeros), _WIDTH < weight.shape[3] <= input.shape[3]
        padded = input if even else F.pad(input, ctx.zeros)
        zeros = (top, left) if even else (0, 0)
        back, slope = _backward(
            gradient, padded, weight, ctx.stride, zeros, (wanted, weighed and not wide)
        )
        if back is not None and not even:
            height, width = input.shape[2:]
            back = back[:, :, top : top + height, left : left + width]
        if weighed and wide:
            slope = _in_columns(gradient, padded, weight, ctx.stride, zeros)
        return back, slope, None, None


def _in_columns(
    gradient: Tensor,
    input: Tensor,
    weight: Tensor,
    stride: tuple[int, int],
    zeros: tuple[int, int],
) -> Tensor:
    """The gradient of the kernels, some columns at a time, each of the part of the input that it
    has read."""
    slopes = []
    for first in range(0, weight.shape[3], _WIDTH):
        columns = weight[..., first : first + _WIDTH].contiguous(memory_format=torch.channels_last)
        read = (gradient.shape[3] - 1) * stride[1] + columns.shape[3]
        left = zeros[1] - first
        part = F.pad(input, (left, read - left - input.shape[3]))  # negative: cuts off
        slopes.append(_backward(gradient, part, columns, stride, (zeros[0], 0), (False, True))[1])
    return torch.cat(slopes, 3)


def _backward(
    gradient: Tensor,
    input: Tensor,
    weight: Tensor,
    stride: tuple[int, int],
    zeros: tuple[int, int],
    wanted: tuple[bool, bool],
) -> tuple[Any, Any]:
    """The gradients of the input and of the weights; None for those that aren't ``wanted``."""
    back, slope, _ = torch.ops.aten.convolution_backward(
        gradient,
        input,
        weight,
        None,
        *(stride, zeros, (1, 1), False, (0, 0), len(weight)),
        (*wanted, False),
    )
    return back, slope
