"""The device on which a step computes."""

from __future__ import annotations

import os

import torch

from reportgen.learning import device as devices


def use(device: str) -> torch.device:
    """The device, made deterministic, with this process's threads on the CPU.

    Raises:
        UsageError: this machine has no such device.
    """
    place = devices.choose(device)
    devices.prepare(place, threads=int(os.environ.get("OMP_NUM_THREADS", "1")))
    return place
