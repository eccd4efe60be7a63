"""The loop against a plain one, and what it promises about the host."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from reportgen.learning.augmentation import Canvas, CropAndFlip
from reportgen.learning.loop import Trainer, at_once, gather
from reportgen.learning.preprocess import Preprocess

MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)

pytestmark = pytest.mark.usefixtures("_one_thread")


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        # No bias: in front of a batch norm its gradient is rounding error, which Adam blows up.
        nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(8 * 7 * 7, 4),
    )  # fmt: skip


def subset(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Images whose mean brightness tells their class, roughly."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 4, (count,), generator=generator)
    noise = torch.randint(0, 120, (count, 16, 16, 3), generator=generator)
    return (noise + 40 * labels[:, None, None, None]).to(torch.uint8), labels


def trainer(model: nn.Module, **options: Any) -> Trainer:
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 16, "seed": 0, **options}
    model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    return Trainer(
        model, optimizer, subset(150, 1), subset(70, 2), Preprocess(MEAN, STD), **settings
    )


def ignore(trainer: Trainer) -> None:
    pass


def test_two_epochs_are_those_of_a_plain_loop() -> None:
    fast = trainer(network())
    images, labels = fast.train
    order: dict[int, list[int]] = {1: [], 2: []}

    def note(batch: Tensor, rows: Tensor, epoch: int) -> Tensor:
        order[epoch].extend(rows.tolist())
        return batch

    fast.augment = note
    fast.run(ignore)

    plain = network()
    optimizer = torch.optim.Adam(plain.parameters(), lr=1e-3)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    for epoch in (1, 2):
        seen, hits = 0.0, 0
        for start in range(0, 150, 16):
            rows = order[epoch][start : start + 16]
            batch = torch.stack([images[row].permute(2, 0, 1).contiguous() for row in rows])
            logits = plain((batch.float() / 255 - mean) / std)
            loss = nn.functional.cross_entropy(logits, labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += loss.item() * len(rows)
            hits += int((logits.argmax(1) == labels[rows]).sum())
        record = fast.history[epoch - 1]
        assert record["train_loss"] == pytest.approx(seen / 150, rel=1e-3)
        assert record["train_accuracy"] == pytest.approx(hits / 150, abs=1.5 / 150)
    for ours, theirs in zip(fast.model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=5e-4)


def test_each_epoch_has_an_order_of_its_own_and_the_seed_decides_it() -> None:
    def orders(seed: int) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}

        def note(batch: Tensor, rows: Tensor, epoch: int) -> Tensor:
            found.setdefault(epoch, []).extend(rows.tolist())
            return batch

        trainer(network(), augment=note, seed=seed).run(ignore)
        return found

    first = orders(0)
    assert first[1] != first[2]
    assert sorted(first[1]) == sorted(first[2]) == list(range(150))
    assert orders(0) == first
    assert orders(1)[1] not in first.values()


class Syncs(TorchDispatchMode):
    """Counts the operations that make the host wait for a number of the device."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.count += func is torch.ops.aten._local_scalar_dense.default
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_the_host_never_waits_inside_an_epoch(dtype: torch.dtype) -> None:
    run = trainer(
        network(),
        augment=CropAndFlip(crop=16, padding=2, flip=True, seed=0),
        learning_rate=lambda step: 1e-3 / (1 + step),
        dtype=dtype,
    )
    with Syncs() as syncs:
        run.train_epoch(ignore)
        assert syncs.count == 0
        run.finish_epoch(ignore)
    assert syncs.count > 0, "the counter sees the reads at the end of an epoch"


def test_the_host_never_waits_for_a_canvas() -> None:
    run = trainer(network())
    run.canvas = Canvas(CropAndFlip(crop=16, padding=2, flip=True, seed=0), run.train[0])
    with Syncs() as syncs:
        run.train_epoch(ignore)
    assert syncs.count == 0


def test_a_canvas_changes_nothing_about_a_training() -> None:
    augment = CropAndFlip(crop=16, padding=2, flip=True, seed=0)
    plain = trainer(network(), augment=augment)
    quick = trainer(network(), augment=augment)
    quick.canvas = Canvas(augment, quick.train[0])
    for run in (plain, quick):
        run.run(ignore)
    assert quick.history == plain.history
    for one, other in zip(quick.model.parameters(), plain.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_best_epoch_is_the_first_of_equals_and_keeps_its_answers() -> None:
    run = trainer(network(), epochs=6)
    at_epoch: list[dict[str, Tensor]] = []

    def note(run: Trainer) -> None:
        if run.batch == 0:
            at_epoch.append({k: v.clone() for k, v in run.model.state_dict().items()})

    run.run(note)
    accuracies = [record["validation_accuracy"] for record in run.history]
    best = accuracies.index(max(accuracies))
    assert len(set(accuracies)) > 1
    assert [record["epoch"] for record in run.history] == list(range(1, 7))
    for name, weights in at_epoch[best].items():
        assert torch.equal(run.best_weights[name], weights)
    hits = (run.best_logits.argmax(1) == run.validation[1]).sum().item()
    assert hits / len(run.validation[1]) == max(accuracies)


def test_a_later_epoch_of_equal_accuracy_changes_nothing() -> None:
    run = trainer(network(), epochs=3, learning_rate=lambda step: 0.0)
    run.model.eval()
    for module in run.model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.0  # nothing about the network moves
    firsts: list[int] = []
    run.run(lambda run: firsts.append(id(run.best_logits)) if run.batch == 0 else None)
    assert len(set(firsts)) == 1


def test_evaluation_draws_nothing_and_changes_no_statistics() -> None:
    run = trainer(nn.Sequential(network(), nn.Dropout(0.5)))
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    generator = torch.get_rng_state()
    run.finish_epoch(ignore)
    assert torch.equal(torch.get_rng_state(), generator)
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, before[name])


def test_the_learning_rate_is_asked_for_at_every_batch() -> None:
    asked: list[int] = []

    def rate(step: int) -> float:
        asked.append(step)
        return 1e-3

    run = trainer(network(), learning_rate=rate)
    run.run(ignore)
    assert asked == list(range(20))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_are_computed_in_the_given_precision(dtype: torch.dtype) -> None:
    run = trainer(network(), epochs=1, dtype=dtype)
    seen = set()
    convolution = next(module for module in run.model.modules() if isinstance(module, nn.Conv2d))
    convolution.register_forward_hook(lambda module, args, output: seen.add(output.dtype))
    run.run(ignore)
    assert seen == {dtype}
    assert run.best_logits.dtype == torch.float32


def test_a_diverging_loss_ends_the_training() -> None:
    run = trainer(network(), learning_rate=lambda step: 1e30)
    with pytest.raises(FloatingPointError, match="epoch 1"):
        run.run(ignore)


def test_a_set_on_the_host_is_gathered_there_batch_by_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[tuple[int, ...]] = []

    def pin(batch: Tensor) -> Tensor:  # pinning needs an accelerator
        copied.append(tuple(batch.shape))
        return batch

    monkeypatch.setattr(Tensor, "pin_memory", pin)
    values = torch.arange(10)
    for device in ("cpu", "meta"):
        batch = gather(values, torch.tensor([3, 1]), torch.device(device))
        assert (batch.device.type, batch.shape) == (device, (2,))
    assert copied == [], "only CUDA copies from pinned memory while it computes"
    with FakeTensorMode():
        batch = gather(torch.arange(10), torch.tensor([3, 1]), torch.device("cuda"))
    assert batch.device.type == "cuda"
    assert copied == [(2,)]


@pytest.mark.parametrize(
    ("side", "device", "count"),
    [(28, "cpu", 64), (256, "cpu", 16), (1000, "cpu", 8), (256, "cuda", 64)],
)
def test_large_images_are_looked_at_in_small_batches_on_a_cpu(
    side: int, device: str, count: int
) -> None:
    images = torch.empty(1, side, side, 3, dtype=torch.uint8)
    assert at_once(images, torch.device(device)) == count
