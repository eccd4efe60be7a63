from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reportgen.lab.datasets import _keep, part_of
from reportgen.lab.training import statistics


def _labels(counts: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts).astype(np.int64)


@pytest.mark.parametrize("samples", [10, 25, 60])
def test_a_part_keeps_each_class_share_and_the_order(samples: int) -> None:
    labels = _labels([40, 20, 40])
    part = part_of(labels, samples, seed=1)
    shares = np.bincount(labels[part]) / samples
    assert len(part) == samples
    assert np.abs(shares - [0.4, 0.2, 0.4]).max() <= 1 / samples
    assert (np.diff(part) > 0).all()


def test_a_larger_part_holds_the_smaller_one() -> None:
    small, large = (part_of(_labels([50, 50]), n, seed=2) for n in (20, 60))
    assert set(small) < set(large)


def test_another_seed_draws_another_part() -> None:
    one, other = (part_of(_labels([50, 50]), 20, seed=seed) for seed in (1, 2))
    assert set(one) != set(other)


@pytest.mark.parametrize("samples", [0, 10, 11])
def test_no_limit_and_a_limit_beyond_all_keep_everything(samples: int) -> None:
    assert list(part_of(_labels([5, 5]), samples, 0)) == list(range(10))


def test_kept_images_are_the_chosen_ones(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (1300, 4, 3, 2), dtype=np.uint8)
    chosen = np.arange(0, 1300, 2)
    _keep(tmp_path / "images.npy", images, chosen)
    kept = np.load(tmp_path / "images.npy", allow_pickle=False)
    assert np.array_equal(kept, images[chosen])


def test_statistics_are_those_of_all_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5000, 4, 3, 2), dtype=np.uint8)
    mean, deviation = statistics(images)
    assert mean == pytest.approx((images / 255).mean((0, 1, 2)))
    assert deviation == pytest.approx((images / 255).std((0, 1, 2)))


def test_a_constant_channel_does_not_divide_by_zero() -> None:
    _, deviation = statistics(np.full((10, 2, 2, 1), 7, np.uint8))
    assert deviation[0] > 0
