"""Everything a training run goes on from, taken out of a trainer and put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from reportgen.learning.loop import Trainer


def capture(trainer: Trainer) -> dict[str, Any]:
    """The state between two batches: nested dicts and lists of tensors and plain values.

    The tensors are the trainer's own, not copies: write them before the next batch.
    """
    return {
        "epoch": trainer.epoch,
        "batch": trainer.batch,
        "sums": trainer.sums,
        "model": dict(trainer.model.state_dict()),
        "optimizer": trainer.optimizer.state_dict(),
        "scaler": trainer.scaler.state_dict(),
        "history": trainer.history,
        "best_weights": trainer.best_weights,
        "best_logits": trainer.best_logits,
        "generators": generators(trainer.device),
    }


def restore(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Put ``trainer``, made as the first one was, where ``capture`` found the first one."""
    trainer.epoch, trainer.batch = state["epoch"], state["batch"]
    trainer.sums.copy_(state["sums"])
    trainer.model.load_state_dict(state["model"])
    trainer.optimizer.load_state_dict(state["optimizer"])
    for parameter, values in trainer.optimizer.state.items():
        for name, value in values.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                # Files hold contiguous tensors; fused optimizers want the parameter's own strides.
                values[name] = torch.empty_like(parameter).copy_(value)
    if trainer.scaler.is_enabled() and state["scaler"]:  # another device may need none
        trainer.scaler.load_state_dict(state["scaler"])
    trainer.history = list(state["history"])
    trainer.best_weights = {
        name: value.to(trainer.device) for name, value in state["best_weights"].items()
    }
    trainer.best_logits = state["best_logits"].to(trainer.device)
    set_generators(trainer.device, state["generators"])


def generators(device: torch.device) -> dict[str, Tensor]:
    """The states of torch's generators that dropout draws from, (n,) uint8 each."""
    states = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        states[device.type] = torch.get_device_module(device).get_rng_state()
    return states


def set_generators(device: torch.device, states: dict[str, Tensor]) -> None:
    """Put the generators back where ``generators`` found them; those of a device that had no part
    in it stay as the seed left them."""
    torch.set_rng_state(states["cpu"].cpu())
    if device.type in states and device.type != "cpu":
        torch.get_device_module(device).set_rng_state(states[device.type].cpu())
