from __future__ import annotations

import numpy as np
import pytest

from reportgen.analysis import NotMeasurable
from reportgen.analysis.centroids import agreement, centroids

CLASSES = ["a", "b", "c"]
# Each class is two samples, 1 to either side of its centroid at 0, 4 and 10 on a line.
POINTS = np.array([[-1, 0], [1, 0], [3, 0], [5, 0], [10, -1], [10, 1]], np.float32)
LABELS = np.array([0, 0, 1, 1, 2, 2])


def test_distances_and_dispersions_are_those_of_the_construction() -> None:
    found = centroids(POINTS, LABELS, CLASSES)
    assert found["dispersion"] == [1.0, 1.0, 1.0]
    assert found["distances"] == [[0, 4, 10], [4, 0, 6], [10, 6, 0]]
    assert found["within"] == 1.0
    assert found["between"] == pytest.approx(20 / 3)
    assert [(pair["first"], pair["second"], pair["distance"]) for pair in found["closest"]] == [
        ("a", "b", 4.0),
        ("b", "c", 6.0),
        ("a", "c", 10.0),
    ]


def test_the_ratio_is_free_of_scale_and_further_axes_are_flattened() -> None:
    found = centroids(POINTS, LABELS, CLASSES)
    enlarged = centroids(1000 * POINTS.reshape(6, 2, 1), LABELS, CLASSES)
    assert enlarged["ratio"] == pytest.approx(found["ratio"]) == pytest.approx(3 / 20)


def test_what_has_no_centroids_says_why() -> None:
    with pytest.raises(NotMeasurable, match="«d» no tiene muestras"):
        centroids(POINTS, LABELS, [*CLASSES, "d"])
    with pytest.raises(NotMeasurable, match="una sola clase"):
        centroids(POINTS[:2], LABELS[:2], ["a"])
    with pytest.raises(NotMeasurable, match="coinciden"):
        centroids(np.zeros((6, 2)), LABELS, CLASSES)


DISTANCES = [[0.0, 4.0, 10.0], [4.0, 0.0, 6.0], [10.0, 6.0, 0.0]]


def test_confusing_the_close_classes_is_full_agreement() -> None:
    # Pairs in order of distance: ab, bc, ac; shares of confusions planted in the same order.
    assert agreement(DISTANCES, [[80, 15, 5], [15, 75, 10], [0, 10, 90]]) == pytest.approx(-1)


def test_confusing_the_far_classes_is_full_disagreement() -> None:
    assert agreement(DISTANCES, [[85, 0, 15], [5, 85, 10], [15, 0, 85]]) == pytest.approx(1)


def test_both_directions_of_a_confusion_count() -> None:
    # Only b is taken for a, only c for b: the upper half of the matrix shows none of it.
    assert agreement(DISTANCES, [[98, 0, 2], [20, 80, 0], [0, 10, 90]]) == pytest.approx(-1)


def test_shares_count_and_not_sizes() -> None:
    # Ten times as many samples of c, of which the same shares are mistaken.
    assert agreement(DISTANCES, [[80, 15, 5], [15, 75, 10], [0, 100, 900]]) == pytest.approx(-1)


def test_no_order_is_no_agreement() -> None:
    with pytest.raises(NotMeasurable, match="por igual"):
        agreement(DISTANCES, [[5, 0, 0], [0, 5, 0], [0, 0, 5]])
    with pytest.raises(NotMeasurable, match="menos de tres clases"):
        agreement([[0.0, 1.0], [1.0, 0.0]], [[4, 1], [2, 3]])
    with pytest.raises(NotMeasurable, match="clases sin muestras"):
        agreement(DISTANCES, [[5, 0, 0], [0, 5, 1], [0, 0, 0]])
