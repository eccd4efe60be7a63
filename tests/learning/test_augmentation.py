"""Crop and flip in whole batches, held to one image at a time."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from reportgen.learning.augmentation import Canvas, CropAndFlip, mixed, pixel_lines, whole_lines

SETTINGS = [
    pytest.param(CropAndFlip(crop=32, padding=4, flip=True, seed=3), 32, 3, id="cifar"),
    pytest.param(CropAndFlip(crop=22, padding=0, flip=True, seed=3), 25, 3, id="larger-image"),
    pytest.param(CropAndFlip(crop=28, padding=2, flip=False, seed=3), 28, 1, id="grey"),
]


def pictures(count: int, side: int, channels: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(
        1, 256, (count, side, side, channels), dtype=torch.uint8, generator=generator
    )


def one_at_a_time(augment: CropAndFlip, images: Tensor, rows: Tensor, epoch: int) -> Tensor:
    """The plain way: each image padded, sliced and mirrored by itself."""
    side, crop, edge = images.shape[1], augment.crop, augment.padding
    top, left, mirrored = augment.draw(side, side, rows, epoch)
    cropped = []
    for number, image in enumerate(images):
        canvas = torch.zeros(side + 2 * edge, side + 2 * edge, image.shape[2], dtype=image.dtype)
        canvas[edge : edge + side, edge : edge + side] = image
        y, x = int(top[number]), int(left[number])
        part = canvas[y : y + crop, x : x + crop]
        cropped.append(part.flip(1) if mirrored[number] else part)
    return torch.stack(cropped)


@pytest.mark.parametrize(("augment", "side", "channels"), SETTINGS)
def test_the_batch_is_what_one_image_after_another_gives(
    augment: CropAndFlip, side: int, channels: int
) -> None:
    images, rows = pictures(50, side, channels), torch.arange(100, 150)
    expected = one_at_a_time(augment, images, rows, epoch=2)
    assert torch.equal(augment(images, rows, 2), expected)


@pytest.mark.parametrize(("augment", "side", "channels"), SETTINGS)
def test_a_canvas_gives_the_same_bits(augment: CropAndFlip, side: int, channels: int) -> None:
    images = pictures(600, side, channels)
    canvas = Canvas(augment, images)
    assert canvas.pixels.nbytes == Canvas.nbytes(augment, images.shape)
    for epoch in (1, 2, 1):
        rows = torch.randperm(600, generator=torch.Generator().manual_seed(epoch))[:300]
        expected = augment(images[rows], rows, epoch)
        assert torch.equal(canvas(rows, epoch), expected)


def test_an_image_fares_the_same_in_whatever_batch_it_comes() -> None:
    augment, images = CropAndFlip(crop=32, padding=4, flip=True, seed=0), pictures(40, 32, 3)
    rows = torch.arange(40)
    whole = augment(images, rows, 5)
    shuffled = torch.randperm(40, generator=torch.Generator().manual_seed(1))
    for part in torch.split(shuffled, 7):
        assert torch.equal(augment(images[part], rows[part], 5), whole[part])


@pytest.mark.parametrize("change", ["seed", "epoch", "row"])
def test_seed_epoch_and_row_each_make_a_difference(change: str) -> None:
    rows = torch.arange(1000)
    first = CropAndFlip(crop=32, padding=4, flip=True, seed=0).draw(32, 32, rows, 1)
    second = CropAndFlip(crop=32, padding=4, flip=True, seed=int(change == "seed")).draw(
        32, 32, rows + 1000 * (change == "row"), 1 + (change == "epoch")
    )
    same = [(one == other).float().mean().item() for one, other in zip(first, second, strict=True)]
    # Independent draws agree in one of nine offsets, and in half of the mirrorings.
    assert same == pytest.approx([1 / 9, 1 / 9, 1 / 2], abs=0.06)


def test_offsets_and_mirroring_are_even_and_independent() -> None:
    augment = CropAndFlip(crop=32, padding=4, flip=True, seed=7)
    top, left, mirrored = augment.draw(32, 32, torch.arange(81_000), 1)
    cells = torch.bincount((top * 9 + left) * 2 + mirrored.long(), minlength=162)
    expected = 81_000 / 162
    chi_square = ((cells - expected) ** 2 / expected).sum().item()
    assert len(cells) == 162
    assert 100 < chi_square < 240  # 161 degrees of freedom: the middle 99.99 %


def test_without_flip_nothing_is_mirrored() -> None:
    augment = CropAndFlip(crop=32, padding=4, flip=False, seed=0)
    assert not augment.draw(32, 32, torch.arange(1000), 1)[2].any()


def test_the_mixer_agrees_with_the_published_one() -> None:
    # The first output of splitmix64 seeded with 0 is the finaliser of its increment.
    value = mixed(torch.tensor([0x9E3779B97F4A7C15 - 2**64])).item()
    assert value % 2**64 == 0xE220A8397B1DCDAF


def test_lines_are_the_same_by_the_pixel() -> None:
    images = pictures(3, 10, 3)
    starts = torch.tensor([0, 7, 111, 293])  # the last one ends with the last image
    lines = whole_lines(images, starts, 7)
    assert torch.equal(lines, pixel_lines(images, starts, 7))
    assert torch.equal(lines[3], images[2, 9, 3:].reshape(-1))
