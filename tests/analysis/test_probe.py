from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from reportgen.analysis import NotMeasurable
from reportgen.analysis.probe import linear_probe


def blobs(
    samples: int, distance: float, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Five blobs in 20 dimensions as maps of 4 × 5."""
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) % 5
    points = rng.normal(size=(samples, 20)) + distance * np.eye(5, 20)[labels]
    return points.astype(np.float32).reshape(samples, 4, 5), labels


def test_separate_blobs_are_read_and_noise_is_chance() -> None:
    separate = linear_probe(*blobs(200, 20.0, 0), *blobs(100, 20.0, 1))
    assert separate["accuracy"] == 1.0
    assert (separate["dimensions"], separate["samples"]) == (20, 200)
    assert separate["converged"]
    noise = linear_probe(*blobs(500, 0.0, 0), *blobs(500, 0.0, 1))
    assert noise["accuracy"] == pytest.approx(0.2, abs=0.07)
    assert json.loads(json.dumps(separate)) == separate


def test_classes_inside_one_another_cannot_be_read_by_a_line_until_they_are_unfolded() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 2
    directions = rng.normal(size=(600, 3))
    shells = directions / np.linalg.norm(directions, axis=1, keepdims=True) * (1 + labels[:, None])
    folded = linear_probe(shells[:400], labels[:400], shells[400:], labels[400:])
    assert folded["accuracy"] == pytest.approx(0.5, abs=0.1)
    unfolded = shells**2
    read = linear_probe(unfolded[:400], labels[:400], unfolded[400:], labels[400:])
    assert read["accuracy"] > 0.95


def test_scale_and_dead_units_do_not_matter() -> None:
    (train, labels), (validation, truth) = blobs(200, 3.0, 0), blobs(100, 3.0, 1)
    plain = linear_probe(train, labels, validation, truth)
    padding = ((0, 0), (0, 3), (0, 0))
    padded = linear_probe(
        np.pad(1000 * train, padding), labels, np.pad(1000 * validation, padding), truth
    )
    assert padded["dimensions"] == 35
    assert padded["accuracy"] == pytest.approx(plain["accuracy"], abs=0.02)


def test_pixels_of_digits_read_as_well_as_is_known_and_the_bits_repeat() -> None:
    images, labels = load_digits(return_X_y=True)
    first = linear_probe(images[:1000], labels[:1000], images[1000:], labels[1000:])
    assert first["accuracy"] == pytest.approx(0.92, abs=0.03)
    assert linear_probe(images[:1000], labels[:1000], images[1000:], labels[1000:]) == first


def test_what_cannot_be_probed_says_why() -> None:
    features, labels = blobs(20, 1.0, 0)
    with pytest.raises(NotMeasurable, match="una sola clase"):
        linear_probe(features, labels * 0, features, labels)
    with pytest.raises(NotMeasurable, match="no hay muestras"):
        linear_probe(features, labels, features[:0], labels[:0])
