"""What a step will cost, before it runs: from counted operations and a measured pace."""

from __future__ import annotations

import inspect
import json
import math
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from reportgen.errors import Place, UsageError
from reportgen.learning.inference import activations_kept, flops
from reportgen.learning.training import CANVAS_BYTES, SMALL, TrainingOptions

if TYPE_CHECKING:
    from reportgen.lab.handles import Data, Network

TRAINING_COPIES = 6
"""Of the weights: two checkpoints with optimizer moments are the most that lies on the disk."""

PROBE = 30.0
"""Seconds to fit a linear probe to every layer, on 5,000 images."""

CLUSTERS = 10.0
"""Seconds to measure the clusters in a layer's activations."""

_WEIGHT_COPIES = 6  # themselves, gradients, two moments, the best epoch's, and one being packed
_UNSHARED = 1.5  # of what is kept for going back, with what comes and goes and the gaps between
_SMALL_PROBE = 800 * 2**20  # as seen for 1.1
_PROBE_COPIES = 4  # of what goes into a layer, as 32-bit numbers
_TRAINING_PASSES = 3  # forward, and backward to inputs and to weights
# As measured on a CPU's core of 113 GFLOP/s at its ceiling: 331 s for ten epochs of 1.1, 523 s for
# fifteen of 1.2 (5,000 images), 322 to 330 s for ten of EfficientNet-lite0 (244 images). That one
# takes about a quarter less by now, so its estimate is too long.
_UTILISATION = 0.45  # of the ceiling, where computing takes longer than moving
_BALANCE = 100  # operations that take as long as a byte which is kept for going back


def measured_pace(device: str, threads: int, *, seconds: float = 0.3) -> float:
    """Floating-point operations a second of a 3×3 convolution: the ceiling for training here."""
    torch.set_num_threads(threads)
    place = torch.device(device)
    convolution = nn.Conv2d(64, 64, 3, padding=1).to(place).to(memory_format=torch.channels_last)
    images = torch.randn(32, 64, 32, 32, device=place).to(memory_format=torch.channels_last)
    operations = flops(convolution, (64, 32, 32)) * len(images)
    with torch.no_grad():
        convolution(images)
        runs, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            convolution(images).sum().item()
            runs += 1
    return operations * runs / spent


def of_network(network: Network, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Operations of one image's forward pass, and the bytes of the weights.

    Raises:
        UsageError: the network can't take images of that ``shape`` (channels, height, width).
    """
    try:
        return _size(*_asked(network, shape))
    except (RuntimeError, TypeError, ValueError) as error:
        raise UsageError(
            f"the network {network.build.__qualname__} can't take images of "
            f"{'×'.join(map(str, _seen(network, shape)))} (channels, height, width): {error}",
            place=_place(network.build),
            hint="make its layers fit one another and the images",
        ) from error


_Asked = tuple[Callable[..., Any], str, tuple[int, int, int]]


def _asked(network: Network, shape: tuple[int, int, int]) -> _Asked:
    """What a network's size depends on: most are asked for many times."""
    arguments = {**network.arguments, **network.unweighted}
    return network.build, json.dumps(arguments, sort_keys=True), _seen(network, shape)


@cache
def _size(
    build: Callable[..., Any], arguments: str, shape: tuple[int, int, int]
) -> tuple[int, int]:
    model = _shape_of(build, arguments)
    return flops(model, shape), sum(parameter.nbytes for parameter in model.parameters())


@cache
def _kept(build: Callable[..., Any], arguments: str, shape: tuple[int, int, int]) -> int:
    return activations_kept(_shape_of(build, arguments), shape)


def _shape_of(build: Callable[..., Any], arguments: str) -> nn.Module:
    """The network without its weights, for which nothing is computed."""
    with torch.device("meta"):
        model: nn.Module = build(**json.loads(arguments))
    return model


def _seen(network: Network, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """The shape of what it sees of an image."""
    return (shape[0], network.crop, network.crop) if network.crop is not None else shape


def training_memory(network: Network, data: Data, options: Mapping[str, Any], weights: int) -> int:
    """Bytes that a training takes at most on a CPU, beside the process's libraries.

    Args:
        options: of `reportgen.learning.training`.
        weights: their bytes.
    """
    batch = _kept(*_asked(network, data.shape)) * options.get(
        "batch_size", TrainingOptions.batch_size
    )
    return int(_UNSHARED * batch) + _WEIGHT_COPIES * weights + _laid_out(data, options)


def _laid_out(data: Data, options: Mapping[str, Any]) -> int:
    """Bytes of the images that lie ready to be augmented: twice as many, padded."""
    if not options.get("augmentation") or max(data.shape[1:]) > SMALL:
        return 0
    return min(CANVAS_BYTES, 4 * data.samples["train"] * math.prod(data.shape))


def probe_memory(samples: int, shape: tuple[int, int, int]) -> int:
    """Bytes that it takes to probe a network on so many images of ``shape`` (channels, height,
    width) and as many to judge it by, beside the process's libraries."""
    return max(_SMALL_PROBE, _PROBE_COPIES * 2 * samples * 4 * math.prod(shape))


def _place(definition: Callable[..., object]) -> Place:
    return Place(
        Path(inspect.getsourcefile(definition) or ""), inspect.getsourcelines(definition)[1]
    )


def training(network: Network, data: Data, epochs: int, pace: float) -> float:
    """Seconds to train, and to evaluate after each epoch.

    A training batch is compute-bound or memory-bound (Williams, Waterman and Patterson, 2009,
    "Roofline"): EfficientNet's depthwise convolutions and batch normalisations do little with each
    number that they move.

    Args:
        epochs: how many this training runs by itself.
        pace: operations a second, of `measured_pace`.
    """
    asked = _asked(network, data.shape)
    operations, _ = _size(*asked)
    image = max(_TRAINING_PASSES * operations, _BALANCE * _kept(*asked))
    samples = {subset: epochs * count for subset, count in data.samples.items()}
    return image * samples["train"] / (_UTILISATION * pace) + inference(
        operations, samples["validation"], pace
    )


def inference(operations: int, samples: int, pace: float) -> float:
    """Seconds to look at ``samples`` images."""
    return operations * samples / (_UTILISATION * pace)


def decoding(pixels: int) -> float:
    """Seconds to decode and resize so many pixels."""
    return 0.5 + pixels / 3e7


def tsne(samples: int) -> float:
    """Seconds of exact t-SNE on one core of a CPU: 4 of 2,500 samples, 42 of 10,000."""
    return 0.5 + 6e-4 * samples + 3.6e-7 * samples**2
