from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.analysis import NotMeasurable
from reportgen.analysis.separability import in_full_space, in_plane


def two_blobs(
    samples: int, dimensions: int, distance: float
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(0)
    labels = np.arange(samples) % 2
    points = rng.normal(size=(samples, dimensions)) + distance * labels[:, None]
    return points.astype(np.float32), labels


def test_the_line_lies_half_way_between_two_points() -> None:
    points = np.array([[1.0, 0.0], [5.0, 0.0]])
    line = in_plane(points, np.array([0, 1]))
    assert line["weights"][1] == pytest.approx(0, abs=1e-9)
    assert -line["bias"] / line["weights"][0] == pytest.approx(3.0)
    assert line["weights"][0] > 0
    assert (line["accuracy"], line["misplaced"]) == (1.0, [])


def test_the_printed_line_places_the_samples_as_counted() -> None:
    points, labels = two_blobs(200, 2, 1.5)
    line = in_plane(40 * points + 7, labels)
    side = (40 * points + 7) @ np.array(line["weights"]) + line["bias"] > 0
    assert np.flatnonzero(side != labels).tolist() == sorted(line["misplaced"])
    assert line["accuracy"] == pytest.approx(1 - len(line["misplaced"]) / 200)
    assert line["samples"] == 200
    assert 0.75 < line["accuracy"] < 0.95
    assert json.loads(json.dumps(line)) == line


def test_the_farthest_stray_comes_first() -> None:
    points, labels = two_blobs(100, 2, 30.0)
    labels[[17, 41, 60]] = [0, 0, 1]  # two beyond the line, one before it
    points[17] += 5.0
    points[41] += 20.0
    points[60] -= 10.0
    assert in_plane(points, labels)["misplaced"] == [41, 60, 17]


def test_a_planted_stray_is_named() -> None:
    points, labels = two_blobs(100, 2, 30.0)
    labels[17] = 0
    assert in_plane(points, labels)["misplaced"] == [17]
    assert in_full_space(points, labels, seed=0)["misplaced"] == [17]


def test_cross_validation_is_not_fooled_by_many_dimensions() -> None:
    # 60 points of noise in 200 dimensions can always be split; held-out ones can't be guessed.
    noise = in_full_space(*two_blobs(60, 200, 0.0), seed=0)
    assert noise["accuracy"] == pytest.approx(0.5, abs=0.2)
    separate = in_full_space(*two_blobs(60, 200, 3.0), seed=0)
    assert separate["accuracy"] == 1.0
    assert (separate["folds"], separate["samples"]) == (5, 60)


def test_the_seed_fixes_the_folds() -> None:
    points, labels = two_blobs(80, 5, 0.5)
    first = in_full_space(points, labels, seed=1)
    assert in_full_space(points.reshape(80, 5, 1), labels, seed=1) == first
    assert any(in_full_space(points, labels, seed=seed) != first for seed in range(2, 6))


def test_other_than_two_classes_is_not_measurable() -> None:
    points, labels = two_blobs(10, 2, 1.0)
    with pytest.raises(NotMeasurable, match="dos clases"):
        in_plane(points, labels * 0)
    with pytest.raises(NotMeasurable, match="dos clases"):
        in_plane(points, np.arange(10) % 3)
    with pytest.raises(NotMeasurable, match="5 muestras de cada clase y hay una con 4"):
        in_full_space(points[:8], labels[:8], seed=0)
