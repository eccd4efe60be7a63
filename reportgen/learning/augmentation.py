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
        count, height, width, channels = images.shape
        top, left, mirrored = self.draw(height, width, rows, epoch)
        edge = self.padding
        padded = F.pad(images, (0, 0, edge, edge, edge, edge)) if edge else images.contiguous()
        height, width = height + 2 * edge, width + 2 * edge
        steps = torch.arange(self.crop, device=images.device)
        images_start = torch.arange(count, device=images.device) * height * width
        starts = (images_start + top * width + left)[:, None] + steps * width
        lines = pixel_lines if images.device.type == "mps" else whole_lines
        cropped = lines(padded, starts.view(-1), self.crop)
        if self.flip:
            shape = (count, self.crop, self.crop, channels)
            both = torch.cat([cropped.view(count, -1), cropped.view(shape).flip(2).view(count, -1)])
            cropped = both.index_select(
                0, torch.arange(count, device=images.device) + count * mirrored
            )
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


def whole_lines(images: Tensor, starts: Tensor, length: int) -> Tensor:
    """``length`` pixels from each of the pixels numbered ``starts`` on: (len(starts), bytes).

    A view in which every pixel begins a line makes each line one copy of contiguous memory.
    """
    channels = images.shape[-1]
    beginnings = images.numel() // channels - length + 1
    view = images.view(-1).as_strided((beginnings, length * channels), (channels, 1))
    return view.index_select(0, starts)


def pixel_lines(images: Tensor, starts: Tensor, length: int) -> Tensor:
    """The same pixel by pixel, for Metal, which would write out the overlapping view first."""
    pixels = starts[:, None] + torch.arange(length, device=images.device)
    chosen = images.view(-1, images.shape[-1]).index_select(0, pixels.view(-1))
    return chosen.view(len(starts), -1)
