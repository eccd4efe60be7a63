"""Grad-CAM on networks whose answer is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from reportgen.learning.gradcam import grad_cam, last_convolution
from reportgen.learning.preprocess import Preprocess

CPU = torch.device("cpu")
PLAIN = Preprocess((0.0,), (1.0,))


def brightness() -> nn.Module:
    """Class 1 is the mean brightness, class 0 its opposite: only bright places speak for 1."""
    convolution, head = nn.Conv2d(1, 1, 1, bias=False), nn.Linear(1, 2, bias=False)
    nn.init.ones_(convolution.weight)
    head.weight.data = torch.tensor([[-1.0], [1.0]])
    return nn.Sequential(convolution, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)


def spot(row: int, column: int) -> np.ndarray:
    image = np.zeros((8, 8, 1), np.uint8)
    image[row : row + 2, column : column + 2] = 255
    return image


def test_the_map_lights_up_where_the_evidence_is() -> None:
    images = np.stack([spot(1, 1), spot(5, 4)])
    maps = grad_cam(brightness(), images, [1, 1], PLAIN, device=CPU)
    assert maps.shape == (2, 8, 8)
    np.testing.assert_allclose(maps, images[..., 0] / 255)


def test_what_speaks_against_a_class_is_left_out() -> None:
    maps = grad_cam(brightness(), spot(1, 1)[None], [0], PLAIN, device=CPU)
    assert not maps.any()


def test_maps_have_the_size_of_what_the_network_sees() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    images = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    cropped = Preprocess((0.5,) * 3, (0.5,) * 3, crop=12)
    maps = grad_cam(network, images, [0, 1, 0], cropped, device=CPU)
    assert maps.shape == (3, 12, 12)
    assert maps.min() >= 0
    assert maps.max() <= 1


def test_the_last_convolution_is_found_or_missed() -> None:
    network = brightness()
    assert last_convolution(network) is network.get_submodule("0")
    with pytest.raises(ValueError, match="no convolution"):
        last_convolution(nn.Linear(2, 2))
