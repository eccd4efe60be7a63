"""How far a training is, told about once a second without waiting for the device."""

from __future__ import annotations

import math
import time
from typing import Any

import torch
from torch import Tensor

from reportgen.learning.loop import Trainer

SECONDS = 1.0


class Progress:
    """Reads loss and hits a second late on CUDA; Metal is waited for, once a second.

    The sums are copied asynchronously, and the copy is read when the next one is due: what is told
    was true a moment ago, and the device's queue never runs dry for it.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._told = time.monotonic()
        self._step = trainer.batch
        self._pending: tuple[Tensor, torch.Event | None, dict[str, Any]] | None = None

    def after_batch(self, trainer: Trainer) -> dict[str, Any] | None:
        """The event to report, or None when it is too soon.

        Raises:
            FloatingPointError: the loss so far is NaN or infinite.
        """
        now = time.monotonic()
        if trainer.batch == 0:  # an epoch has ended, with an evaluation in the time it took
            self._told, self._step, self._pending = now, 0, None
            return None
        if now - self._told < SECONDS or trainer.batch == self._step:
            return None
        event = {
            "event": "progress",
            "epoch": trainer.epoch,
            "epochs": trainer.epochs,
            "batch": trainer.batch,
            "batches": trainer.batches,
            "batch_size": trainer.batch_size,
            "samples_per_second": (trainer.batch - self._step)
            * trainer.batch_size
            / (now - self._told),
        }
        self._told, self._step = now, trainer.batch
        if trainer.device.type != "cuda":
            return self._with_sums(trainer.sums, trainer, event)
        due = self._pending
        copy = trainer.sums.to("cpu", non_blocking=True)  # pinned by torch for such a copy
        mark = torch.Event(trainer.device)
        mark.record()
        self._pending = (copy, mark, event)
        if due is None or due[1] is None or not due[1].query():
            return None
        return self._with_sums(due[0], trainer, due[2])

    def _with_sums(self, sums: Tensor, trainer: Trainer, event: dict[str, Any]) -> dict[str, Any]:
        loss, hits = sums.tolist()
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss became NaN or infinite in epoch {trainer.epoch}")
        seen = min(event["batch"] * trainer.batch_size, len(trainer.train[1]))
        return {**event, "loss": loss / seen, "accuracy": hits / seen}
