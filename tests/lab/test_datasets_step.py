from __future__ import annotations

import numpy as np
import pytest

from reportgen.data.source import Subset
from reportgen.lab.datasets import _part
from reportgen.lab.training import statistics


def _subset(counts: list[int]) -> Subset:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    images = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    return Subset(images, labels)


@pytest.mark.parametrize("samples", [10, 25, 60])
def test_a_part_keeps_each_class_share_and_the_order(samples: int) -> None:
    part = _part(_subset([40, 20, 40]), samples, seed=1)
    shares = np.bincount(part.labels) / samples
    assert np.abs(shares - [0.4, 0.2, 0.4]).max() <= 1 / samples
    assert (np.diff(part.images.ravel().astype(int)) > 0).all()


def test_a_larger_part_holds_the_smaller_one() -> None:
    small, large = (_part(_subset([50, 50]), n, seed=2) for n in (20, 60))
    assert set(small.images.ravel()) < set(large.images.ravel())


def test_another_seed_draws_another_part() -> None:
    one, other = (_part(_subset([50, 50]), 20, seed=seed) for seed in (1, 2))
    assert set(one.images.ravel()) != set(other.images.ravel())


def test_no_limit_and_a_limit_beyond_all_keep_everything() -> None:
    subset = _subset([5, 5])
    assert _part(subset, None, 0) is subset
    assert _part(subset, 11, 0) is subset


def test_statistics_are_those_of_all_pixels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5000, 4, 3, 2), dtype=np.uint8)
    mean, deviation = statistics(images)
    assert mean == pytest.approx((images / 255).mean((0, 1, 2)))
    assert deviation == pytest.approx((images / 255).std((0, 1, 2)))


def test_a_constant_channel_does_not_divide_by_zero() -> None:
    _, deviation = statistics(np.full((10, 2, 2, 1), 7, np.uint8))
    assert deviation[0] > 0
