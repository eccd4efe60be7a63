"""Crop and flip of a batch against torchvision's transforms, one sample after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.harness import Benchmark, Numbers, Side

_HERE = __name__
_BATCH = 128


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    alone = {"OMP_NUM_THREADS": "1"}
    return [
        Benchmark(
            "augmentation",
            "crop (4 pixels of padding) and flip, from stored 32×32 images to a batch of bytes,"
            " one thread, a batch of 128; the set is laid out once before",
            Side("whole batch", f"{_HERE}:batched", environment=alone),
            [Side("v1 transforms on PIL images", f"{_HERE}:sampled", environment=alone)],
            goal=40,
            unit="µs",
            rounds=5,
        ),
        Benchmark(
            "augmentation_gathered",
            "the same for a set too large to be laid out",
            Side("gathered batch", f"{_HERE}:gathered", environment=alone),
            [Side("v1 transforms on PIL images", f"{_HERE}:sampled", environment=alone)],
            unit="µs",
            rounds=5,
        ),
        Benchmark(
            "augmentation_tensors",
            "the same against transforms of tensors",
            Side("whole batch", f"{_HERE}:batched", environment=alone),
            [Side("v1 transforms on tensors", f"{_HERE}:sampled_tensors", environment=alone)],
            unit="µs",
            rounds=5,
        ),
    ]


def batched() -> Numbers:
    """The product's."""
    from reportgen.learning.augmentation import Canvas, CropAndFlip

    images, rows = _images()
    canvas = Canvas(CropAndFlip(crop=32, padding=4, flip=True, seed=0), images)
    return _timed(lambda: canvas(rows, 1), 300)


def gathered() -> Numbers:
    """The product's for sets that are too large for a canvas."""
    from reportgen.learning.augmentation import CropAndFlip
    from reportgen.learning.loop import gather

    images, rows = _images()
    augment = CropAndFlip(crop=32, padding=4, flip=True, seed=0)
    return _timed(lambda: augment(gather(images, rows, images.device), rows, 1), 300)


def sampled() -> Numbers:
    """As torchvision's own CIFAR10 gives its samples: from PIL images."""
    import torch
    from PIL import Image
    from torchvision import transforms

    images, rows = _images()
    pixels = images.numpy()
    transform = transforms.Compose([*_crop_and_flip(), transforms.PILToTensor()])
    return _timed(
        lambda: torch.stack([transform(Image.fromarray(pixels[row])) for row in rows.tolist()]), 30
    )


def sampled_tensors() -> Numbers:
    """As a careful notebook may: from tensors made once."""
    import torch
    from torchvision import transforms

    images, rows = _images()
    planes = images.permute(0, 3, 1, 2).contiguous()
    transform = transforms.Compose(_crop_and_flip())
    return _timed(lambda: torch.stack([transform(planes[row]) for row in rows.tolist()]), 30)


def _crop_and_flip() -> list[Any]:
    from torchvision import transforms

    return [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()]


def _images() -> Any:
    import torch

    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (10_000, 32, 32, 3), dtype=torch.uint8, generator=generator)
    return images, torch.randperm(len(images), generator=generator)[:_BATCH]


def _timed(work: Callable[[], object], times: int) -> Numbers:
    """Microseconds of processor time a batch: the median of single ones."""
    work()
    seconds = []
    for _ in range(times):
        start = time.thread_time()
        work()
        seconds.append(time.thread_time() - start)
    return {"value": 1e6 * sorted(seconds)[times // 2]}
