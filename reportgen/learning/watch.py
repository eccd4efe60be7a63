"""What happens between two batches: saving, reporting, stopping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from reportgen.errors import Interrupted
from reportgen.learning.checkpoint import Checkpoints
from reportgen.learning.compilation import Compilation
from reportgen.learning.loop import Trainer
from reportgen.learning.progress import Progress
from reportgen.learning.state import capture

CHECKPOINT_SECONDS = 240.0
QUICK_SECONDS = 0.25
PATIENCE = 20
"""A large state after a short epoch is saved only once training took so many times as long as
saving does: writing 400 MB after every 5 seconds of work would double them."""


class Watch:
    """Called after every batch: reports, compiles, saves, stops.

    ``places`` are those that the training has been at, [device, precision]; each checkpoint keeps
    them.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        progress: Progress,
        compilation: Compilation,
        places: list[list[str]],
        report: Callable[[dict[str, Any]], None],
        stop: Callable[[], bool],
    ) -> None:
        self.checkpoints, self.progress = checkpoints, progress
        self.compilation, self.places = compilation, places
        self.report, self.stop = report, stop
        self.saved, self.cost = time.monotonic(), 0.0

    def __call__(self, trainer: Trainer) -> None:
        finished = trainer.batch == 0
        if finished:
            self.report({"event": "epoch", **trainer.history[-1]})
        compiling = finished and self.compilation.begins(trainer)
        if compiling:
            self.report({"event": "compiled", "epoch": trainer.epoch})
        stopping = trainer.epoch <= trainer.epochs and self.stop()
        if stopping or compiling or self._due(finished):
            self._save(trainer)
        if stopping:
            raise Interrupted(
                f"stopped in epoch {trainer.epoch} of {trainer.epochs} after batch "
                f"{trainer.batch} of {trainer.batches}; the state is saved",
                hint="run the same command again to go on from there",
            )
        event = self.progress.after_batch(trainer)
        if event is not None:
            self.report(event)

    def _due(self, finished: bool) -> bool:
        since = time.monotonic() - self.saved
        worth = self.cost < QUICK_SECONDS or since > PATIENCE * self.cost
        return since > CHECKPOINT_SECONDS or (finished and worth)

    def _save(self, trainer: Trainer) -> None:
        began = time.monotonic()
        if not torch.isfinite(trainer.sums).all():
            raise FloatingPointError(f"the loss became NaN or infinite in epoch {trainer.epoch}")
        how = {"compiled": self.compilation.since, "places": self.places}
        self.checkpoints.save({**capture(trainer), **how})
        self.saved = time.monotonic()
        self.cost = self.saved - began
