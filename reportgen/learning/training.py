"""One training step: the loop, its checkpoints, its progress, its end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reportgen.errors import RunError, UsageError
from reportgen.learning import compilation
from reportgen.learning import device as devices
from reportgen.learning.augmentation import Canvas, CropAndFlip
from reportgen.learning.checkpoint import Checkpoints
from reportgen.learning.loop import Trainer
from reportgen.learning.memory import as_tensor, explained, resident
from reportgen.learning.optimizer import optimizer
from reportgen.learning.preprocess import Preprocess
from reportgen.learning.progress import Progress
from reportgen.learning.state import capture, restore
from reportgen.learning.watch import Watch

CANVAS_BYTES = 512 * 2**20
"""The most memory that a training's images may take to be augmented quickly."""

SMALL = 64
"""Pixels of the largest images that are laid out for that: larger ones take memory by the gigabyte,
and what is done for each is nothing beside the network."""

Images = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Images (N, H, W, C) and their labels (N,)."""


@dataclass(frozen=True)
class TrainingOptions:
    """What a training depends on besides its network and its images; JSON as ``asdict`` gives it.

    Args:
        optimizer: "adam", "adamw" or "sgd" (with momentum 0.9).
        schedule: "constant", or "cosine" for half a cosine from the learning rate to 0.
        mean, std: one value a channel, or one for all, of values in [0, 1].
        crop: side in pixels of what the network sees (None: whole images). It is cut from the
            centre, in training with augmentation at random.
        augmentation: None, or {"padding": pixels, "flip": bool}.
    """

    epochs: int
    batch_size: int = 128
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    schedule: str = "constant"
    mean: tuple[float, ...] = (0.5,)
    std: tuple[float, ...] = (0.5,)
    crop: int | None = None
    augmentation: Mapping[str, Any] | None = None
    seed: int = 0

    def preprocess(self) -> Preprocess:
        """The same for training, evaluation and every later look at the network."""
        return Preprocess(tuple(self.mean), tuple(self.std), self.crop)


@dataclass(frozen=True)
class TrainingResult:
    """What a training leaves.

    Args:
        history: one {epoch, train_loss, validation_loss, train_accuracy, validation_accuracy} an
            epoch, accuracies as fractions; the training ones as they were during the epoch.
        best_epoch: the first of those with the highest validation accuracy.
        best_state, last_state: the network's ``state_dict``, on the CPU.
        last: the whole state after the last epoch, tensors on the device: another training may
            start from it.
        validation_logits: what the network of the best epoch answered, (N, classes); the best
            validation accuracy is a count of these.
        resumed: whether it went on from a checkpoint.
        compiled: the first epoch of a compiled network; None if it never was.
        places: the device and the precision of its products, [device, precision]; several where it
            was stopped at one and went on at another.
    """

    history: list[dict[str, float]]
    best_epoch: int
    best_state: dict[str, Tensor]
    last_state: dict[str, Tensor]
    last: dict[str, Any]
    validation_logits: NDArray[np.float32]
    resumed: bool
    compiled: int | None
    places: list[list[str]]


def train(
    build: Callable[[], nn.Module],
    training: Images,
    validation: Images,
    *,
    options: TrainingOptions,
    device: torch.device,
    folder: Path,
    key: str,
    report: Callable[[dict[str, Any]], None],
    stop: Callable[[], bool],
    start: Mapping[str, Any] | None = None,
    compiled: bool = False,
) -> TrainingResult:
    """Train ``build()``, or go on where the checkpoints of ``key`` in ``folder`` end.

    ``start`` is the last state of a shorter training with the same options: it goes on from there
    and gives the same bits as if it had been as long from the first.

    ``compiled`` lets the network be compiled after an epoch, where the device gains by it and what
    is left is long enough (`compilation`); the bits are others then.

    The state is saved after each epoch (of several short ones, where saving takes long, after the
    last), every four minutes inside one, and when ``stop()``, asked at every batch, is true. Going
    on gives the same bits as never having stopped, on the device that it was stopped on.

    ``report`` is called with {"event": "progress", epoch, epochs, batch, batches,
    samples_per_second, loss, accuracy} about once a second, {"event": "epoch", the epoch's
    record}, {"event": "resumed", epoch, batch}, {"event": "refused", file, reason},
    {"event": "compiled", epoch}.

    Raises:
        Interrupted: ``stop()`` was true; the state is saved.
        RunError: the loss became NaN or infinite, memory ran out, or the network can't be compiled.
        DiskFullError: a checkpoint didn't fit.
        UsageError: an optimizer, a schedule or a crop that can't be, or a start under a schedule
            that depends on the number of epochs.
    """
    if start is not None and options.schedule != "constant":
        raise UsageError(
            f"a training under the schedule {options.schedule!r} can't go on beyond its epochs",
            hint="its learning rates depend on their number: set the epochs instead",
        )
    checkpoints = Checkpoints(
        folder,
        key,
        lambda file, why: report({"event": "refused", "file": str(file), "reason": why}),
    )
    with explained(), compilation.explained():
        trainer = _trainer(build, training, validation, options, device)
        state = checkpoints.load()
        if state is not None:
            restore(trainer, state)
            report({"event": "resumed", "epoch": trainer.epoch, "batch": trainer.batch})
        elif start is not None:
            restore(trainer, start)
        since, past = (state["compiled"], state["places"]) if state else (None, [])
        resumed = state is not None
        del state, start  # copies of all the weights and moments
        compiler = compilation.Compilation(trainer, wanted=compiled, since=since)
        here = [device.type, str(trainer.dtype).removeprefix("torch.")]
        places = past if here in past else [*past, here]
        watch = Watch(checkpoints, Progress(trainer), compiler, places, report, stop)
        try:
            trainer.run(watch)
        except FloatingPointError as error:
            raise RunError(
                f"{error}: the training diverged",
                hint=f"lower the learning rate (it is {options.learning_rate:g}), or use another "
                "optimizer",
            ) from error
    return _result(trainer, watch, resumed=resumed)


def _trainer(
    build: Callable[[], nn.Module],
    training: Images,
    validation: Images,
    options: TrainingOptions,
    device: torch.device,
) -> Trainer:
    _check(options, training[0].shape)
    torch.manual_seed(options.seed)
    model = build().to(device).to(memory_format=devices.layout(device))
    batches = math.ceil(len(training[1]) / options.batch_size)
    augment, subset = _augment(options, training[0].shape[1]), _on_device(training, device)
    return Trainer(
        model,
        optimizer(model, options),
        subset,
        _on_device(validation, device),
        options.preprocess().to(device),
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        augment=augment,
        canvas=_canvas(augment, subset[0], device),
        learning_rate=_learning_rate(options, batches * options.epochs),
        dtype=devices.precision(device),
    )


def _check(options: TrainingOptions, shape: tuple[int, ...]) -> None:
    if options.crop is not None and options.crop > min(shape[1:3]):
        raise UsageError(
            f"a crop of {options.crop} pixels is larger than the images ({shape[1]} × {shape[2]})",
            hint="store larger images or lower the crop",
        )
    if options.schedule not in ("constant", "cosine"):
        raise UsageError(
            f"unknown schedule {options.schedule!r}", hint="use 'constant' or 'cosine'"
        )


def _on_device(subset: Images, device: torch.device) -> tuple[Tensor, Tensor]:
    images = resident(as_tensor(subset[0]), device)
    return images, as_tensor(subset[1]).to(images.device)


def _augment(options: TrainingOptions, side: int) -> CropAndFlip | None:
    if options.augmentation is None:
        return None
    return CropAndFlip(crop=options.crop or side, seed=options.seed, **options.augmentation)


def _canvas(augment: CropAndFlip | None, images: Tensor, device: torch.device) -> Canvas | None:
    """Only where it fits: larger sets are read from their file and augmented batch by batch, as are
    large images.

    An accelerator spends its time on launching the operations, not on what they copy.
    """
    if augment is None or device.type != "cpu" or max(images.shape[1:3]) > SMALL:
        return None
    fits = Canvas.nbytes(augment, images.shape) <= CANVAS_BYTES
    return Canvas(augment, images) if fits else None


def _learning_rate(options: TrainingOptions, steps: int) -> Callable[[int], float] | None:
    """Of the step alone: nothing of it needs to be saved to go on."""
    if options.schedule == "constant":
        return None
    return lambda step: options.learning_rate * (1 + math.cos(math.pi * step / steps)) / 2


def _result(trainer: Trainer, watch: Watch, *, resumed: bool) -> TrainingResult:
    accuracies = [record["validation_accuracy"] for record in trainer.history]
    return TrainingResult(
        history=trainer.history,
        best_epoch=1 + accuracies.index(max(accuracies)),
        best_state={name: value.cpu() for name, value in trainer.best_weights.items()},
        last_state={name: value.cpu() for name, value in trainer.model.state_dict().items()},
        last=capture(trainer),
        validation_logits=trainer.best_logits.cpu().numpy(),
        resumed=resumed,
        compiled=watch.compilation.since,
        places=watch.places,
    )
