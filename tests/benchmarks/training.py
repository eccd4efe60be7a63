"""1.1 and 1.2 against the same trainings as a course notebook writes them.

The notebook's way: torchvision's datasets, ToTensor and Normalize a sample, a DataLoader, Adam,
accuracies and losses read after every batch. Times are of loading and training, without imports.
Ours computes in what the CPU is fastest in, as the product does; in the rows named ``_whole`` in
the notebook's float32.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.lab.machine import MALLOC
from reportgen.learning import PRECISION
from tests.benchmarks.harness import Benchmark, Numbers, Side, Stopwatch
from tests.benchmarks.images import root, stored

if TYPE_CHECKING:
    from torch import nn
    from torch.utils.data import Subset

    from reportgen.learning.training import Images

_HERE = __name__


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    mnist = {"images": 60_000, "epochs": 10} if full else {"images": 12_000, "epochs": 1}
    cifar = {"images": 5_000, "epochs": 15 if full else 2}
    workers = [{"workers": workers} for workers in (0, 2)]
    whole = {**MALLOC, PRECISION: "float32"}
    return [
        *(
            Benchmark(
                f"mnist{name}",
                f"1.1, {_size(mnist)} with evaluation, batch 128 against 64{how}",
                Side("reportgen", f"{_HERE}:ours_mnist", mnist, environment),
                [_notebook("mnist", {**mnist, **one}) for one in workers],
                goal=goal,
            )
            for name, how, environment, goal in (
                ("", ", ours in what the CPU is fastest in", MALLOC, 2.5),
                ("_whole", ", both in float32", whole, None),
            )
        ),
        *(
            Benchmark(
                f"alexnet{name}",
                f"1.2 at 32 pixels, {_size(cifar)} with evaluation, batch {batch} both{how}",
                Side(
                    "reportgen", f"{_HERE}:ours_cifar", {**cifar, "batch_size": batch}, environment
                ),
                [_notebook("cifar", {**cifar, **one, "batch_size": batch}) for one in workers],
                goal=goal,
            )
            for name, batch, how, environment, goal in (
                ("", 64, ", ours in what the CPU is fastest in", MALLOC, 1.4),
                ("_whole", 64, ", both in float32", whole, None),
                ("_larger_batch", 128, ", ours in what the CPU is fastest in", MALLOC, None),
            )
        ),
        *(
            Benchmark(
                f"ceiling_{name}",
                f"arithmetic of training {title} at batch 128 against a 3×3 convolution",
                Side("training", f"{_HERE}:arithmetic", {"network": name}),
                [Side("convolution", f"{_HERE}:convolution")],
                goal=goal,
                unit="GFLOP/s",
                rounds=5,
            )
            for name, title, goal in (("mnist", "1.1", 0.35), ("alexnet", "1.2 at 32 px", 0.45))
        ),
    ]


def _size(size: dict[str, int]) -> str:
    epochs = f"{size['epochs']} epoch{'s' if size['epochs'] > 1 else ''}"
    return f"{size['images']:,} images, {epochs}"


def _notebook(name: str, arguments: dict[str, int]) -> Side:
    label = f"notebook, {arguments['workers']} workers"
    return Side(label, f"{_HERE}:notebook_{name}", arguments)


# --- the product's way -----------------------------------------------------------------------


def ours_mnist(images: int, epochs: int) -> Numbers:
    """1.1."""
    from experiments.simple_cnn import SimpleCNN

    options = {"epochs": epochs, "batch_size": 128, "learning_rate": 1e-3}
    return _ours("mnist", 28, images, SimpleCNN, options)


def ours_cifar(images: int, epochs: int, batch_size: int) -> Numbers:
    """1.2."""
    from experiments.alexnet import AlexNet

    options = {"epochs": epochs, "batch_size": batch_size, "learning_rate": 3e-4}
    return _ours("cifar10", 32, images, AlexNet, options)


def _ours(
    name: str, image_size: int, images: int, build: Callable[[], nn.Module], options: dict[str, Any]
) -> Numbers:
    from reportgen.lab.training import statistics

    watch = Stopwatch()
    data = parts(name, image_size, images)
    mean, std = statistics(data[0][0])
    accuracy = trained(build, data, {**options, "mean": tuple(mean), "std": tuple(std)})
    return {**watch.read(), "accuracy": accuracy}


def parts(name: str, image_size: int, images: int) -> tuple[Images, Images]:
    """So many images to train on, and to validate on, each part stratified."""
    import numpy as np

    from reportgen.lab.datasets import part_of

    data = stored(name, image_size)
    rows = part_of(data.train.labels, images, 0)
    kept = part_of(data.validation.labels, validated(images), 0)
    return (
        (np.asarray(data.train.images[rows]), data.train.labels[rows]),
        (np.asarray(data.validation.images[kept]), data.validation.labels[kept]),
    )


def trained(
    build: Callable[[], nn.Module], data: tuple[Images, Images], options: dict[str, Any]
) -> float:
    """The best validation accuracy of a training as the product's steps do it."""
    from reportgen.learning import device as devices
    from reportgen.learning.training import TrainingOptions, train

    device = devices.choose("cpu")
    devices.prepare(device)
    with tempfile.TemporaryDirectory() as folder:
        result = train(
            build,
            *data,
            options=TrainingOptions(**options),
            device=device,
            folder=Path(folder),
            key="benchmark",
            report=lambda event: None,
            stop=lambda: False,
        )
    return max(one["validation_accuracy"] for one in result.history)


def validated(images: int) -> int:
    """How many images to evaluate on."""
    return images // 6


# --- a course notebook's way -----------------------------------------------------------------


def notebook_mnist(images: int, epochs: int, workers: int) -> Numbers:
    """1.1 as in a notebook: batch 64, the ReLU before the pooling."""
    from torch import Tensor, nn
    from torch.nn.functional import relu
    from torchvision import datasets, transforms

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
            self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
            self.pool = nn.MaxPool2d(2, 2)
            self.fc1 = nn.Linear(64 * 7 * 7, 128)
            self.fc2 = nn.Linear(128, 10)

        def forward(self, x: Tensor) -> Tensor:
            x = self.pool(relu(self.conv1(x)))
            x = self.pool(relu(self.conv2(x)))
            x = x.view(-1, 64 * 7 * 7)
            x = relu(self.fc1(x))
            logits: Tensor = self.fc2(x)
            return logits

    watch = Stopwatch()
    transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
    )
    train = datasets.MNIST(root(), train=True, transform=transform)
    test = datasets.MNIST(root(), train=False, transform=transform)
    data = part(train, images), part(test, validated(images))
    accuracy = notebook_training(Net(), data, epochs, 64, 1e-3, workers)
    return {**watch.read(), "accuracy": accuracy}


def notebook_cifar(images: int, epochs: int, batch_size: int, workers: int) -> Numbers:
    """1.2 as in a notebook, from the image folder."""
    from torchvision import datasets, transforms

    from experiments.alexnet import AlexNet

    watch = Stopwatch()
    transform = transforms.Compose(
        [
            transforms.ToTensor(),
            transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
        ]
    )
    train = datasets.ImageFolder(root() / "cifar10" / "train", transform)
    test = datasets.ImageFolder(root() / "cifar10" / "test", transform)
    data = part(train, images), part(test, validated(images))
    accuracy = notebook_training(AlexNet(), data, epochs, batch_size, 3e-4, workers)
    return {**watch.read(), "accuracy": accuracy}


def part(data: Any, images: int) -> Subset[Any]:
    """The same stratified part as ours, of a torchvision dataset."""
    import numpy as np
    from torch.utils.data import Subset

    from reportgen.lab.datasets import part_of

    return Subset(data, part_of(np.array(data.targets), images, 0).tolist())


def notebook_training(
    model: nn.Module,
    data: tuple[Subset[Any], Subset[Any]],
    epochs: int,
    batch_size: int,
    learning_rate: float,
    workers: int,
) -> float:
    """The best accuracy of a training as a notebook writes it."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    train, test = data
    loader = DataLoader(train, batch_size, shuffle=True, num_workers=workers)
    test_loader = DataLoader(test, batch_size, num_workers=workers)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    best = 0.0
    for _ in range(epochs):
        model.train()
        running, correct = 0.0, 0
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, targets)
            loss.backward()
            optimizer.step()
            running += loss.item() * len(targets)
            correct += (outputs.argmax(1) == targets).sum().item()
        model.eval()
        right = 0
        with torch.no_grad():
            for inputs, targets in test_loader:
                right += (model(inputs).argmax(1) == targets).sum().item()
        best = max(best, right / len(test))
    return best


# --- arithmetic ------------------------------------------------------------------------------


def arithmetic(network: str, batches: int = 12, batch_size: int = 128) -> Numbers:
    """GFLOP/s of training batches, forward and backward, everything around them counted in."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from experiments.alexnet import AlexNet
    from experiments.simple_cnn import SimpleCNN
    from reportgen.learning.loop import Trainer
    from reportgen.learning.preprocess import Preprocess

    model: nn.Module
    model, side, channels = (SimpleCNN(), 28, 1) if network == "mnist" else (AlexNet(), 32, 3)
    model.to(memory_format=torch.channels_last)
    images = torch.randint(0, 256, (4 * batch_size, side, side, channels), dtype=torch.uint8)
    labels = torch.randint(0, 10, (4 * batch_size,))
    trainer = Trainer(
        model,
        torch.optim.Adam(model.parameters(), fused=True),
        (images, labels),
        (images[:1], labels[:1]),
        Preprocess((0.5,) * channels, (0.5,) * channels),
        epochs=1,
        batch_size=batch_size,
        seed=0,
    )
    batch = torch.arange(batch_size)
    with FlopCounterMode(display=False) as counter:
        trainer.train_batch(batch)
    operations = counter.get_total_flops()
    seconds = []
    for number in range(batches):
        rows = batch + batch_size * (number % 4)
        start = time.perf_counter()
        trainer.train_batch(rows)
        seconds.append(time.perf_counter() - start)
    return {"value": operations / _middle(seconds) / 1e9}


def convolution(rounds: int = 12) -> Numbers:
    """GFLOP/s of what oneDNN does best: 3×3, 256 → 256 channels, 16 × 16 pixels, batch 128."""
    import torch

    layer = torch.nn.Conv2d(256, 256, 3, padding=1, bias=False)
    layer.to(memory_format=torch.channels_last)
    images = torch.randn(128, 256, 16, 16).to(memory_format=torch.channels_last)
    operations = 2 * 128 * 256 * 256 * 9 * 16 * 16
    seconds = []
    with torch.no_grad():
        layer(images)
        for _ in range(rounds):
            start = time.perf_counter()
            layer(images)
            seconds.append(time.perf_counter() - start)
    return {"value": operations / _middle(seconds) / 1e9}


def _middle(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]
