"""Grouped convolutions in a training that computes in halves on a CPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


def whole_groups(device: torch.device, dtype: torch.dtype) -> AbstractContextManager[object]:
    """Within it a training in ``dtype`` computes grouped convolutions in float32 on a CPU.

    oneDNN has no fast way back through them in bfloat16: with two threads it takes 1,090 of the
    1,800 ms of EfficientNet-lite0's batch, 230 in float32. So a batch takes 880 ms, all in float32
    1,220. The way forward alone is fastest in bfloat16 throughout.
    """
    return _WholeGroups() if device.type == "cpu" and dtype != torch.float32 else nullcontext()


class _WholeGroups(TorchFunctionMode):
    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        arguments: Sequence[Any] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Any:
        named = named or {}
        if function is not torch.conv2d or not _is_grouped(arguments, named):
            return function(*arguments, **named)
        with torch.autocast("cpu", enabled=False):
            answer: Tensor = function(*map(_whole, arguments), **named)
        return answer.to(torch.get_autocast_dtype("cpu"))


def _is_grouped(arguments: Sequence[Any], named: Mapping[str, Any]) -> bool:
    groups = arguments[6] if len(arguments) > 6 else named.get("groups", 1)
    return bool(groups > 1) and torch.is_autocast_enabled("cpu")


def _whole(argument: Any) -> Any:
    return argument.float() if isinstance(argument, Tensor) else argument
