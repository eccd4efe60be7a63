"""A network's body: all but its last dense layer, made ready for transfer learning."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from reportgen.learning.depthwise import DepthwiseConv2d, is_depthwise


def with_head(body: nn.Module, weights: dict[str, Tensor] | None, classes: int) -> nn.Module:
    """A body and a fresh dense layer in the place of its own; None: the body too is fresh."""
    if weights is not None:
        body.load_state_dict(weights)
    else:
        _quicken_statistics(body)
    features = _without_head(body)
    _skip_idle_pools(body)
    _slim_activations(body)
    return nn.Sequential(OrderedDict(body=body, head=nn.Linear(features, classes)))


def streamline(body: nn.Module) -> None:
    """Let EfficientNet-lite copy less: its depthwise convolutions put the zeros around an image
    themselves, a twelfth of a training batch's time, and its activations may write over what they
    read, which nothing else does. The zeros of the first convolution stay as they are.
    """
    for module in body.modules():
        for name, child in module.named_children():
            zeros = getattr(child, "static_padding", None)
            if isinstance(child, nn.ReLU6):
                child.inplace = True
            elif (
                isinstance(child, nn.Conv2d)
                and isinstance(zeros, nn.ZeroPad2d)
                and is_depthwise(child)
            ):
                setattr(module, name, DepthwiseConv2d(child, zeros.padding))


def _quicken_statistics(body: nn.Module) -> None:
    """Let batch normalisation's running statistics keep up with a short training from scratch.

    EfficientNet's own momentum of 0.01 is made for hundreds of thousands of batches; after the
    hundred that a small set gives, evaluation would still use the statistics of no data at all.
    """
    for module in body.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.1  # torch's default


class SamePool(nn.AdaptiveAvgPool2d):
    """Skips the pool where the input has its size already: at 224 pixels AlexNet's and VGG's do
    nothing, and their backward pass isn't deterministic on CUDA."""

    def forward(self, input: Tensor) -> Tensor:
        return input if input.shape[-2:] == self.output_size else super().forward(input)


def _skip_idle_pools(body: nn.Module) -> None:
    for module in body.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.AdaptiveAvgPool2d) and isinstance(child.output_size, tuple):
                setattr(module, name, SamePool(child.output_size))


class _ReLU6(torch.autograd.Function):
    """Its answer is enough to go back: it lies between 0 and 6 just where the input does."""

    @staticmethod
    def forward(ctx: Any, input: Tensor) -> Tensor:
        ctx.mark_dirty(input)
        ctx.save_for_backward(input.clamp_(0, 6))
        return input

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (output,) = ctx.saved_tensors
        slope: Tensor
        if output.is_cpu:  # whatever has read the answer has gone back by now
            slope = torch.ops.aten.hardtanh_backward.grad_input(
                gradients[0], output, 0, 6, grad_input=output
            )
        else:
            slope = torch.ops.aten.hardtanh_backward(gradients[0], output, 0, 6)
        return slope


class SlimReLU6(nn.ReLU6):
    """Writes its answer over its input, and on a CPU the gradient over its answer on the way back:
    a third less memory where each convolution has a batch normalisation and an activation behind
    it; the same bits. Only for inputs that nothing else needs, as in-place activations are, and for
    one way back, before which whoever wants the answer later copies it."""

    def forward(self, input: Tensor) -> Tensor:
        answer: Tensor = _ReLU6.apply(input)
        return answer


def _slim_activations(body: nn.Module) -> None:
    for module in body.modules():
        for name, child in module.named_children():
            if type(child) is nn.ReLU6 and child.inplace:
                setattr(module, name, SlimReLU6())


def _without_head(body: nn.Module) -> int:
    """Put an identity in the place of the last dense layer; returns the number of its inputs."""
    name, head = [pair for pair in body.named_modules() if isinstance(pair[1], nn.Linear)][-1]
    parent, _, attribute = name.rpartition(".")
    setattr(body.get_submodule(parent), attribute, nn.Identity())
    return int(head.in_features)
