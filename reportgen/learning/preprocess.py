"""From stored bytes to what a network sees, on the device and in whole batches."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Preprocess(nn.Module):
    """(N, H, W, C) bytes → (N, C, h, w) floats, (x / 255 - mean) / std, of the centre crop."""

    def __init__(
        self, mean: tuple[float, ...], std: tuple[float, ...], crop: int | None = None
    ) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        self.crop = crop
        self.register_buffer("mean", 255 * torch.tensor(mean).view(-1, 1, 1))
        self.register_buffer("std", 255 * torch.tensor(std).view(-1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        if self.crop is not None:
            top, left = (images.shape[1] - self.crop) // 2, (images.shape[2] - self.crop) // 2
            images = images[:, top : top + self.crop, left : left + self.crop]
        # A permuted NHWC batch is what torch calls channels-last: nothing is moved in memory.
        pixels = images.permute(0, 3, 1, 2)
        if images.device.type == "mps":  # as `layout` says
            pixels = pixels.contiguous()
        return (pixels - self.mean) / self.std
