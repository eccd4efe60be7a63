"""What a network's layers put out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reportgen.learning.loop import at_once, predict


def layer_outputs(
    model: nn.Module,
    layers: list[str],
    images: Tensor,
    preprocess: nn.Module,
    device: torch.device,
    dtype: torch.dtype,
) -> dict[str, NDArray[np.float32]]:
    """What the named layers put out for each image, (N, D) a layer."""
    found: dict[str, list[NDArray[np.float32]]] = {layer: [] for layer in layers}
    hooks = [
        model.get_submodule(layer).register_forward_hook(
            lambda _module, _inputs, output, layer=layer: found[layer].append(
                output.float().flatten(1).cpu().numpy().copy()
            )
        )
        for layer in layers
    ]
    for _ in predict(model, images, preprocess, device, at_once(images, device), dtype):
        pass
    for hook in hooks:
        hook.remove()
    return {layer: np.concatenate(batches) for layer, batches in found.items()}
