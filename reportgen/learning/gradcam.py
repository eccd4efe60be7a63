"""Where in an image a network found what speaks for a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from reportgen.learning.memory import as_tensor, explained


def grad_cam(
    model: nn.Module,
    images: NDArray[np.uint8],
    targets: Sequence[int],
    preprocess: nn.Module,
    *,
    device: torch.device,
) -> NDArray[np.float32]:
    """Grad-CAM of the last convolution, by Captum, one map an image (N, h, w) from 0 to 1.

    Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based
    localization", ICCV 2017: the layer's maps, weighted by the mean gradient of the class's score,
    without what speaks against it. The maps have the size that the network sees; one on which
    nothing speaks for the class is 0 throughout.

    Args:
        images: (N, H, W, C).
        targets: the class to be explained, of each image.

    Raises:
        ValueError: the network has no convolution.
    """
    from captum.attr import LayerAttribution, LayerGradCam

    model = model.to(device).eval()
    layer = last_convolution(model)
    with explained():
        seen = preprocess.to(device)(as_tensor(images).to(device))
        method = LayerGradCam(model, layer)
        classes = torch.tensor(list(targets), device=device)
        maps: Any = method.attribute(seen, target=classes, relu_attributions=True)
        maps = LayerAttribution.interpolate(maps.detach(), seen.shape[-2:], "bilinear")
    values: NDArray[np.float32] = maps.float().cpu().numpy()[:, 0]
    highest = values.max(axis=(1, 2), keepdims=True)
    shares: NDArray[np.float32] = np.divide(
        values, highest, out=np.zeros_like(values), where=highest > 0
    )
    return shares


def last_convolution(model: nn.Module) -> nn.Module:
    """The convolution that the network declares last: the deepest one with places in it.

    Raises:
        ValueError: there is none.
    """
    found = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    if not found:
        raise ValueError(f"{type(model).__name__} has no convolution")
    return found[-1]
