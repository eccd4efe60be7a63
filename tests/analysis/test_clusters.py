from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import silhouette_score

from reportgen.analysis import NotMeasurable, clusters

CLASSES = ["a", "b", "c", "d"]


def blobs(samples: int, distance: float) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Four Gaussian blobs in six dimensions, their centres ``distance`` along own axes."""
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.arange(samples) % 4)
    noise = rng.normal(size=(samples, 6)).astype(np.float32)
    return noise + distance * np.eye(4, 6, dtype=np.float32)[labels], labels


def test_separate_blobs_are_pure_and_noise_is_chance() -> None:
    separate, noise = blobs(400, 30.0), blobs(400, 0.0)
    assert clusters.neighbour_purity(*separate, seed=0) == 1.0
    assert clusters.neighbour_purity(*noise, seed=0) == pytest.approx(0.25, abs=0.04)
    assert clusters.silhouette(*separate, seed=0) > 0.85
    assert clusters.silhouette(*noise, seed=0) == pytest.approx(0, abs=0.03)


def test_silhouette_of_four_points_by_hand() -> None:
    # Two classes, own distance 1, mean distance to the other 9.5 or 10.5.
    points, labels = np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([0, 0, 1, 1])
    expected = np.mean([1 - 1 / 10.5, 1 - 1 / 9.5])
    assert clusters.silhouette(points, labels, seed=0) == pytest.approx(expected)


def test_a_copy_is_trusted_and_noise_is_not() -> None:
    features, _ = blobs(400, 5.0)
    unrelated = np.random.default_rng(2).normal(size=(400, 2))
    assert clusters.trustworthiness(features, features, seed=0) == 1.0
    assert clusters.trustworthiness(features, unrelated, seed=0) == pytest.approx(0.5, abs=0.05)


def test_many_samples_are_measured_on_the_same_part() -> None:
    features, labels = blobs(clusters.LIMIT + 500, 2.0)
    part = np.random.default_rng(7).choice(len(labels), clusters.LIMIT, replace=False)
    expected = silhouette_score(features[part], labels[part])
    assert clusters.silhouette(features, labels, seed=7) == pytest.approx(expected, abs=1e-6)
    assert clusters.silhouette(features, labels, seed=8) != pytest.approx(expected, abs=1e-6)
    # Samples of the embedding and of the activations must be the same for the copy to be trusted.
    assert clusters.trustworthiness(features, features.copy(), seed=7) == 1.0


def test_quality_gathers_every_measure() -> None:
    features, labels = blobs(200, 10.0)
    found = clusters.quality(features[:, :2], labels, CLASSES, seed=0, behind=features)
    assert found["left_out"] == {}
    assert found["samples"] == 200
    assert found["neighbours"] == clusters.NEIGHBOURS
    assert found["silhouette"] == clusters.silhouette(features[:, :2], labels, seed=0)
    assert found["trustworthiness"] == clusters.trustworthiness(features, features[:, :2], seed=0)
    assert found["within"] is not None
    assert found["between"] is not None
    assert found["ratio"] == found["within"] / found["between"]
    assert json.loads(json.dumps(found)) == found


def test_quality_leaves_out_what_the_samples_do_not_allow() -> None:
    features, labels = blobs(24, 10.0)
    found = clusters.quality(features, labels, CLASSES, seed=0, behind=None)
    assert set(found["left_out"]) == {"neighbour_purity", "trustworthiness"}
    assert found["neighbour_purity"] is None
    assert found["silhouette"] is not None


def test_too_few_samples_say_how_many_are_missing() -> None:
    features, labels = blobs(40, 10.0)
    with pytest.raises(NotMeasurable, match=r"10 vecinos .* hay una con 10"):
        clusters.neighbour_purity(features, labels, seed=0)
    with pytest.raises(NotMeasurable, match="más de 20 muestras y hay 20"):
        clusters.trustworthiness(features[:20], features[:20], seed=0)
    with pytest.raises(NotMeasurable, match="dos clases"):
        clusters.silhouette(features, np.zeros(40, int), seed=0)
