"""What stands before and behind every layer of a network: what a probe is fitted to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reportgen.learning.inference import logits, pooled, trainable_parameters

SIDE = 14
"""Feature maps of more pixels a side are averaged down to this, so that they fit in memory."""

INPUT = "entrada"


def representations(
    model: nn.Module,
    subsets: dict[str, NDArray[np.uint8]],
    preprocess: nn.Module,
    *,
    device: torch.device,
) -> Iterator[tuple[str, int, dict[str, NDArray[np.float32]]]]:
    """The input and each layer's output as the next layer gets it (pooled, after the ReLU).

    One layer at a time, since all of them at once need several GB: the network runs once a layer.

    Args:
        model: its layers with parameters are called in the order of their definition.
        subsets: name → images (N, H, W, C).
        preprocess: as in training.
        device: where to compute.

    Yields:
        the layer's name (the input first), its parameters, and by subset what follows it, (N, D).
    """
    layers = trainable_parameters(model)
    names = [INPUT, *(layer["layer"] for layer in layers)]
    sizes = [0, *(layer["parameters"] for layer in layers)]
    for position, (name, size) in enumerate(zip(names, sizes, strict=True)):
        following = names[position + 1] if position + 1 < len(names) else None
        yield (
            name,
            size,
            {
                subset: (
                    logits(model, images, preprocess, device=device)
                    if following is None
                    else _entering(model, following, images, preprocess, device)
                )
                for subset, images in subsets.items()
            },
        )


def _entering(
    model: nn.Module,
    layer: str,
    images: NDArray[np.uint8],
    preprocess: nn.Module,
    device: torch.device,
) -> NDArray[np.float32]:
    """What ``layer`` is given, (N, D)."""
    found: list[NDArray[np.float32]] = []
    inside = layer != trainable_parameters(model)[0]["layer"]  # the input stays whole

    def keep(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        value = inputs[0].float()
        if inside and value.ndim == 4 and max(value.shape[2:]) > SIDE:
            value = pooled(value, SIDE)
        found.append(value.flatten(1).cpu().numpy().copy())

    handle = model.get_submodule(layer).register_forward_pre_hook(keep)
    try:
        logits(model, images, preprocess, device=device)
    finally:
        handle.remove()
    return np.concatenate(found)
