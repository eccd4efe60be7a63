"""Random crop and flip of a whole batch at once, on the device.

What happens to an image is a function of (seed, epoch, its row) alone: no generator's state is
involved, so a training that stopped and went on sees the same pictures.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


def mixed(values: Tensor) -> Tensor:
    """int64 → int64 with every bit depending on every bit: the finaliser of splitmix64.

    G. L. Steele, D. Lea, C. H. Flood: Fast splittable pseudorandom number generators (2014).
    """
    values = (values ^ _shifted(values, 30)) * (0xBF58476D1CE4E5B9 - 2**64)
    values = (values ^ _shifted(values, 27)) * (0x94D049BB133111EB - 2**64)
    return values ^ _shifted(values, 31)


def _shifted(values: Tensor, bits: int) -> Tensor:
    """The logical shift to the right; torch's own keeps the sign."""
    return (values >> bits) & ((1 << 64 - bits) - 1)


@dataclass(frozen=True)
class CropAndFlip:
    """A random crop of ``crop`` × ``crop`` pixels and, every second time, its mirror image.

    Args:
        crop: side in pixels of what comes out.
        padding: black pixels around the image before it is cropped.
        flip: whether to mirror left and right.
    """

    crop: int
    padding: int
    flip: bool
    seed: int

    def __call__(self, images: Tensor, rows: Tensor, epoch: int) -> Tensor:
        """(B, H, W, C) bytes → (B, crop, crop, C) bytes; ``rows`` (B,) are the images' numbers."""
        top, left, mirrored = self.draw(images.shape[1], images.shape[2], rows, epoch)
        edge = self.padding
        padded = F.pad(images, (0, 0, edge, edge, edge, edge)) if edge else images
        count, height, width, channels = padded.shape
        steps = torch.arange(self.crop, device=images.device)
        y = top[:, None] + steps
        x = left[:, None] + torch.where(mirrored[:, None], steps.flip(0), steps)
        first = torch.arange(count, device=images.device) * height * width
        flat = first[:, None, None] + (y * width)[:, :, None] + x[:, None, :]
        cropped = padded.reshape(-1, channels).index_select(0, flat.view(-1))
        return cropped.view(count, self.crop, self.crop, channels)

    def draw(
        self, height: int, width: int, rows: Tensor, epoch: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Top, left (pixels of the padded image) and whether mirrored, (B,) each."""
        digest = hashlib.blake2b(f"{self.seed}/{epoch}".encode(), digest_size=8).digest()
        numbers = mixed(rows + int.from_bytes(digest, "big", signed=True))
        top = _shifted(numbers, 40) % (height + 2 * self.padding - self.crop + 1)
        left = (_shifted(numbers, 16) & 0xFFFFFF) % (width + 2 * self.padding - self.crop + 1)
        return top, left, (numbers & 1 == 1) if self.flip else torch.zeros_like(rows).bool()
