"""Grouped convolutions in a training that computes in halves on a CPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


def whole_groups(device: torch.device, dtype: torch.dtype) -> AbstractContextManager[object]:
    """Within it a training in ``dtype`` computes grouped 2-D convolutions in float32 on a CPU.

    oneDNN has no fast way back through them in bfloat16: with two threads it takes 1,090 of the
    1,800 ms of EfficientNet-lite0's batch of 16 images at 224 pixels, in float32 230. Measured in
    turn, a batch takes 880 ms so, 1,220 all in float32 and 1,530 all in bfloat16. The way forward
    alone is fastest all in bfloat16.
    """
    return _WholeGroups() if device.type == "cpu" and dtype != torch.float32 else nullcontext()


class _WholeGroups(TorchFunctionMode):
    """Hears of every convolution, also of a network that calls functions; autocast goes on after
    it."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Any:
        named = named or {}
        grouped = function is torch.conv2d and _groups(arguments, named) > 1
        if not grouped or not torch.is_autocast_enabled("cpu"):
            return function(*arguments, **named)
        whole = {name: _whole(value) for name, value in named.items()}
        with torch.autocast("cpu", enabled=False):
            answer: Tensor = function(*map(_whole, arguments), **whole)
        if answer.dtype != torch.float32:
            return answer  # doubles, which autocast leaves alone
        return answer.to(torch.get_autocast_dtype("cpu"))


def _groups(arguments: Sequence[Any], named: Mapping[str, Any]) -> int:
    return int(arguments[6] if len(arguments) > 6 else named.get("groups", 1))


def _whole(argument: Any) -> Any:
    """In float32, if it is a tensor in halves."""
    halves = isinstance(argument, Tensor) and argument.dtype in (torch.bfloat16, torch.float16)
    return argument.float() if halves else argument
