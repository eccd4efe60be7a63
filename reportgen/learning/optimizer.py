"""The optimizer that a training's options name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from reportgen.errors import UsageError

if TYPE_CHECKING:
    from reportgen.learning.training import TrainingOptions


def optimizer(model: nn.Module, options: TrainingOptions) -> torch.optim.Optimizer:
    """The optimizer of what can be trained; one kernel a step, without a wait for the host.

    Raises:
        UsageError: the options name another one.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    rate, decay = options.learning_rate, options.weight_decay
    if options.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
    if options.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=True)
    if options.optimizer == "sgd":
        descent = torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=decay, fused=True)
        for parameter in parameters:
            # It would be left uninitialised where float16 overflows in the first batch, which is
            # then skipped; from zeros the first step is the same.
            descent.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
        return descent
    raise UsageError(
        f"unknown optimizer {options.optimizer!r}", hint="use 'adam', 'adamw' or 'sgd'"
    )
