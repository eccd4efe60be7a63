"""Train an image classifier, readable as a notebook.

The images stay on the device as bytes; a batch is gathered, augmented and normalised there. Loss
and hits add up on the device too, so the host never waits for it inside an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reportgen.learning.convolutions import whole_groups


def gather(values: Tensor, rows: Tensor, device: torch.device) -> Tensor:
    """The images or labels of these rows, on the device, wherever the whole set lies."""
    # Many times faster than values[rows] on bytes.
    return moved(values.index_select(0, rows), device)


def moved(batch: Tensor, device: torch.device) -> Tensor:
    """The batch on the device; copied to a CUDA device while that computes."""
    if batch.is_cpu and device.type == "cuda":
        return batch.pin_memory().to(device, non_blocking=True)
    return batch.to(device)


def at_once(images: Tensor, device: torch.device) -> int:
    """How many images (N, H, W, C) to look at at once, where it needn't be as in training.

    On a CPU about a megapixel: larger batches of large images leave the cache (EfficientNet-lite0
    at 224 pixels in float32: 47 ms an image in batches of 64, 25 ms of 16), and smaller ones of
    small images read a dense layer's weights too often (AlexNet at 32 pixels: 1.3 ms of 64, 1.8 ms
    of 16).
    """
    if device.type != "cpu":
        return 64
    return max(8, min(64, 2**20 // (images.shape[1] * images.shape[2])))


@torch.no_grad()
def predict(
    model: nn.Module,
    images: Tensor,
    preprocess: nn.Module,
    device: torch.device,
    batch_size: int,
    dtype: torch.dtype,
) -> Iterator[Tensor]:
    """The logits of one batch after another, float32 (B, classes), on the device."""
    model.eval()
    for rows in torch.split(torch.arange(len(images), device=images.device), batch_size):
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            logits = model(preprocess(gather(images, rows, device)))
        yield logits.float()


class Trainer:
    """One training run; its position and every state that it goes on from.

    Args:
        train, validation: images (N, H, W, C) uint8 and labels (N,) int64.
        augment: (batch of bytes, row numbers, epoch) → batch of bytes, on training batches only.
        canvas: (row numbers, epoch) → the same augmented batch, instead of gathering it.
        learning_rate: a function of the number of batches seen; None keeps the optimizer's own.
        dtype: what convolutions and products are computed in (autocast, `whole_groups`); float32
            for none.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        train: tuple[Tensor, Tensor],
        validation: tuple[Tensor, Tensor],
        preprocess: nn.Module,
        *,
        epochs: int,
        batch_size: int,
        seed: int,
        augment: Callable[[Tensor, Tensor, int], Tensor] | None = None,
        canvas: Callable[[Tensor, int], Tensor] | None = None,
        learning_rate: Callable[[int], float] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.model, self.optimizer, self.preprocess = model, optimizer, preprocess
        self.train, self.validation = train, validation
        self.epochs, self.batch_size, self.seed = epochs, batch_size, seed
        self.augment, self.canvas = augment, canvas
        self.learning_rate, self.dtype = learning_rate, dtype
        self.device = next(model.parameters()).device
        self.batches = math.ceil(len(train[1]) / batch_size)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=dtype == torch.float16)
        self.epoch, self.batch = 1, 0  # the next batch is number `batch` of epoch `epoch`
        self.sums = torch.zeros(2, device=self.device)  # loss and hits of this epoch so far
        self.history: list[dict[str, float]] = []
        self.best_weights: dict[str, Tensor] = {}
        self.best_logits = torch.zeros(0)  # the best epoch's answers to the validation images

    def run(self, on_batch: Callable[[Trainer], None]) -> None:
        """Train what is left of the epochs.

        ``on_batch`` is called after every batch, and with ``batch == 0`` after every epoch. It may
        raise to stop: the run stands between two batches there and can go on from that point.

        Raises:
            FloatingPointError: the loss became NaN or infinite.
        """
        while self.epoch <= self.epochs:
            self.train_epoch(on_batch)
            self.finish_epoch(on_batch)
            on_batch(self)

    def train_epoch(self, on_batch: Callable[[Trainer], None]) -> None:
        """Each row once, in an order drawn from the seed and the epoch alone."""
        generator = torch.Generator().manual_seed(self.seed << 20 | self.epoch)
        order = torch.randperm(len(self.train[1]), generator=generator)
        batches = torch.split(order.to(self.train[0].device), self.batch_size)
        self.model.train()
        for rows in batches[self.batch :]:
            self.train_batch(rows)
            self.batch += 1
            on_batch(self)

    def pictures(self, rows: Tensor) -> Tensor:
        """The training images of these rows, augmented."""
        if self.canvas is not None:
            return self.canvas(rows, self.epoch)
        images = gather(self.train[0], rows, self.device)
        if self.augment is None:
            return images
        return self.augment(images, moved(rows, self.device), self.epoch)

    def train_batch(self, rows: Tensor) -> None:
        images, labels = self.pictures(rows), gather(self.train[1], rows, self.device)
        if self.learning_rate is not None:
            for group in self.optimizer.param_groups:
                group["lr"] = self.learning_rate((self.epoch - 1) * self.batches + self.batch)
        halves = torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)
        with halves, whole_groups(self.device, self.dtype):
            logits = self.model(self.preprocess(images))
            loss = F.cross_entropy(logits, labels)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()  # a copy of the weights less while they are judged and saved
        hits = (logits.argmax(1) == labels).sum()
        self.sums += torch.stack([loss.detach() * len(rows), hits])

    def finish_epoch(self, on_batch: Callable[[Trainer], None]) -> None:
        """Evaluate on the validation images, record the epoch, keep the weights if they lead."""
        images, labels = self.validation[0], self.validation[1].to(self.device)
        where = self.device, self.batch_size, self.dtype
        batches = []
        for answers in predict(self.model, images, self.preprocess, *where):
            batches.append(answers)
            on_batch(self)
        logits = torch.cat(batches)
        train_loss, train_hits = self.sums.tolist()
        record = {
            "epoch": self.epoch,
            "train_loss": train_loss / len(self.train[1]),
            "validation_loss": F.cross_entropy(logits, labels).item(),
            "train_accuracy": train_hits / len(self.train[1]),
            "validation_accuracy": (logits.argmax(1) == labels).sum().item() / len(labels),
        }
        if not all(map(math.isfinite, record.values())):
            raise FloatingPointError(f"the loss became NaN or infinite in epoch {self.epoch}")
        best = max((past["validation_accuracy"] for past in self.history), default=-1.0)
        if record["validation_accuracy"] > best:
            state = self.model.state_dict()
            self.best_weights.clear()  # no third copy while this one is made
            self.best_weights = {name: value.clone() for name, value in state.items()}
            self.best_logits = logits
        self.history.append(record)
        self.epoch, self.batch = self.epoch + 1, 0
        self.sums.zero_()
