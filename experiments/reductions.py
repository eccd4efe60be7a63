"""Smaller networks for section 1.1: reductions of the simple CNN, trained as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn


class ReducedCNN(nn.Module):
    """The simple CNN made smaller.

    Args:
        classes: of the dataset.
        channels: of the first convolution; the second one has twice as many.
        hidden: units of the first dense layer.
        separable: whether the second convolution is split into a depthwise and a pointwise one.
        pooled: whether the first dense layer gets the mean of each channel (global average
            pooling) instead of every value.
    """

    def __init__(
        self,
        classes: int = 10,
        channels: int = 32,
        hidden: int = 128,
        separable: bool = False,
        pooled: bool = False,
    ) -> None:
        super().__init__()
        wide = 2 * channels
        self.conv1 = nn.Conv2d(1, channels, kernel_size=3, padding=1)
        self.conv2: nn.Module = nn.Conv2d(channels, wide, kernel_size=3, padding=1)
        if separable:
            self.conv2 = nn.Sequential(
                nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels),
                nn.Conv2d(channels, wide, kernel_size=1),
            )
        self.pool = nn.MaxPool2d(2)
        self.pooled = pooled
        self.fc1 = nn.Linear(wide if pooled else wide * 7 * 7, hidden)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.pool(self.conv1(x)))
        x = F.relu(self.pool(self.conv2(x)))
        x = x.mean((2, 3)) if self.pooled else x.flatten(1)
        x = F.relu(self.fc1(x))
        logits: Tensor = self.fc2(x)
        return logits


REDUCTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "half": ("Mitad de canales", {"channels": 16}),
    "separable": ("Convolución separable y densa de 32", {"hidden": 32, "separable": True}),
    "pooled": ("Promedio global antes de la densa", {"pooled": True}),
    "quarter": ("Un cuarto de canales y densa de 32", {"channels": 8, "hidden": 32}),
}
"""Each one's name in the report, and what makes it smaller."""
