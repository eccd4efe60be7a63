"""torch.compile in the middle of a training, where the author asks for it and it pays.

Compiled kernels round otherwise than torch's own, and the clock decides when they set in, so the
same training may give other bits when it is run again: it is a setting, off by default, and what
was compiled is told. Only CUDA gains: on two CPU cores a first network took 37 s to compile and
was slower than before, and torch calls its backend for Metal a prototype.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from reportgen.errors import RunError
from reportgen.learning.loop import Trainer

DEVICES = ("cuda",)
SECONDS = 90.0
"""What compiling is taken to cost, not measured on an accelerator: both passes of training and the
one of evaluation, each for whole batches and once more when the last, smaller one comes."""
SAVED = 0.15
"""The share of a training's time that compiling is taken to save, half of what is published for
163 networks on an A100: 43 % more speed (https://pytorch.org/get-started/pytorch-2.0/)."""


def told(device: torch.device, *, wanted: bool) -> str:
    """What the plan says of it; "" where nobody asks."""
    if not wanted:
        return ""
    if device.type in DEVICES:
        return "long trainings compiled"
    return f"nothing compiled: run.compile is of use on {' and '.join(DEVICES)} alone"


def pays(steps: int, seconds: float) -> bool:
    """Whether compiling saves more than it costs in ``steps`` batches of ``seconds`` each."""
    return SAVED * steps * seconds > SECONDS


class Compilation:
    """Whether a training's network is compiled, and from which epoch on.

    Args:
        trainer: where it begins or goes on.
        wanted: whether the author asks for it.
        since: the first epoch of the compiled network, where the training that goes on had one.

    Attributes:
        since: the same, known even where the rest is trained without; None if no batch of it was.
    """

    def __init__(self, trainer: Trainer, *, wanted: bool, since: int | None) -> None:
        self.wanted = wanted and trainer.device.type in DEVICES
        came = since is not None and (trainer.epoch, trainer.batch) != (since, 0)
        self.since = since if came else None
        self._began, self._batch = time.monotonic(), trainer.batch
        if self.wanted and since is not None:
            self._begin(trainer, since)

    def begins(self, trainer: Trainer) -> bool:
        """Called after each epoch: compile what follows if that pays by this epoch's batches."""
        now = time.monotonic()
        spent, batches = now - self._began, trainer.batches - self._batch
        self._began, self._batch = now, 0
        if not self.wanted or self.since is not None or not batches:
            return False
        steps = (trainer.epochs - trainer.epoch + 1) * trainer.batches
        if not pays(steps, spent / batches):
            return False
        self._begin(trainer, trainer.epoch)
        return True

    def _begin(self, trainer: Trainer, since: int) -> None:
        self.since = since
        torch.compiler.reset()  # else networks before it count to a limit: silently uncompiled
        trainer.model.compile()  # the work is done when a batch comes


@contextmanager
def explained() -> Iterator[None]:
    """Turn a network that can't be compiled into one error that says what to do.

    Raises:
        RunError: the compiler gave up, or lacks what it needs.
    """
    try:
        yield
    except RuntimeError as error:
        # Imported by then if a compiler raised it; it takes two seconds.
        compiler = sys.modules.get("torch._dynamo.exc")
        if compiler is None or not isinstance(error, compiler.TorchDynamoException):
            raise
        raise RunError(
            f"the network can't be compiled by torch {torch.__version__}: "
            f"{' '.join(str(error).splitlines()[:2])}",
            hint="set run.compile to false: the same command goes on after the last epoch",
        ) from error
