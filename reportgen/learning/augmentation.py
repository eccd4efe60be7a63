"""Random crop and flip of a whole batch at once, on the device.

What happens to an image is a function of (seed, epoch, its row) alone: no generator's state is
involved, so a training that stopped and went on sees the same pictures.
"""

from __future__ import annotations

import hashlib
import math
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


class Canvas:
    """A training set laid out once, padded and beside its mirror image, to be cropped by copying.

    It gives the bits that `CropAndFlip` gives, several times faster, for ``nbytes`` of memory:
    what is left to do for a batch is to copy lines.
    """

    def __init__(self, augment: CropAndFlip, images: Tensor) -> None:
        """Lay out ``images``, (N, H, W, C) bytes on the CPU."""
        edge = augment.padding
        self.augment, self.shape = augment, images.shape
        self.pixels = images.new_zeros(self._sides(augment, images.shape))
        count, height, width, _ = images.shape
        inner = self.pixels[:, edge : edge + height, edge : edge + width]
        inner[:count] = images
        if augment.flip:
            for part in torch.split(torch.arange(count), 256):  # no second copy of all
                inner[count + part[0] : count + part[-1] + 1] = images[part].flip(2)
        self.steps = torch.arange(augment.crop) * self.pixels.shape[2]
        self.epoch, self.starts = 0, torch.zeros(0)

    @staticmethod
    def _sides(augment: CropAndFlip, shape: torch.Size) -> tuple[int, int, int, int]:
        count, height, width, channels = shape
        edges = 2 * augment.padding
        return count * (1 + augment.flip), height + edges, width + edges, channels

    @classmethod
    def nbytes(cls, augment: CropAndFlip, shape: torch.Size) -> int:
        """What images of this shape would take."""
        return math.prod(cls._sides(augment, shape))

    def __call__(self, rows: Tensor, epoch: int) -> Tensor:
        """The images of these rows, augmented: (B, crop, crop, C) bytes."""
        if epoch != self.epoch:
            self.epoch, self.starts = epoch, self._draw(epoch)
        starts = self.starts.index_select(0, rows)[:, None] + self.steps
        side = self.augment.crop
        return whole_lines(self.pixels, starts.view(-1), side).view(len(rows), side, side, -1)

    def _draw(self, epoch: int) -> Tensor:
        """The number of the pixel that each image's crop starts at, (N,)."""
        count, height, width, _ = self.shape
        rows = torch.arange(count)
        top, left, mirrored = self.augment.draw(height, width, rows, epoch)
        _, lines, columns, _ = self.pixels.shape
        left = torch.where(mirrored, columns - self.augment.crop - left, left)
        return ((rows + count * mirrored) * lines + top) * columns + left


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
