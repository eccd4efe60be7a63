from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reportgen.figures.labels import beside, emptiest_corner

WIDTH, HEIGHT = 80.0, 60.0
SIZE = np.array([12.0, 3.4])


def hidden(centre: np.ndarray, points: np.ndarray) -> int:
    return int((np.abs(points - centre) < SIZE / 2).all(axis=1).sum())


def test_labels_hide_no_mark_no_other_label_and_stay_inside() -> None:
    marks = np.random.default_rng(0).normal([40, 30], 8, (10, 2))
    labels = beside(marks, [SIZE] * 10, marks, WIDTH, HEIGHT)
    assert (labels >= SIZE / 2).all()
    assert (labels <= [WIDTH, HEIGHT] - SIZE / 2).all()
    assert not any(hidden(label, marks) for label in labels)
    for one, other in combinations(labels, 2):
        assert (np.abs(one - other) >= SIZE - 1e-9).any()


def test_no_label_covers_the_line_to_another() -> None:
    marks = np.array([[40.0, 30], [40, 33.5], [40, 26.5], [43, 30], [37, 30]])
    labels = beside(marks, [SIZE] * 5, marks, WIDTH, HEIGHT)
    for mark, label in zip(marks, labels, strict=True):
        line = mark + np.linspace(0, 1, 30)[:, None] * (label - mark)
        others = [other for other in labels if other is not label and (other != label).any()]
        assert not any(hidden(other, line) for other in others)


def test_a_label_leaves_its_own_crowd() -> None:
    crowd = np.random.default_rng(1).normal([40, 30], 2, (300, 2))
    (label,) = beside([[40.0, 30.0]], [SIZE], crowd, WIDTH, HEIGHT)
    assert hidden(np.array([40.0, 30.0]), crowd) > 150
    assert hidden(label, crowd) < 15
    assert np.hypot(*(label - [40, 30])) < 20


def test_a_label_alone_stands_close_to_its_mark() -> None:
    (label,) = beside([[40.0, 30.0]], [SIZE], [[40.0, 30.0]], WIDTH, HEIGHT)
    assert (np.abs(label - [40, 30]) <= SIZE / 2 + 1.7).all()


def test_a_box_that_is_taken_is_kept_free() -> None:
    box = np.array([47.7, 30.0]), np.array([13.0, 8.0])
    (label,) = beside([[40.0, 30.0]], [SIZE], [[40.0, 30.0]], WIDTH, HEIGHT, [box])
    assert (np.abs(label - box[0]) >= (SIZE + box[1]) / 2 - 1e-9).any()


@pytest.mark.parametrize("free", [(1, 0), (0, 0), (1, 1), (0, 1)])
def test_the_corner_with_fewest_points_is_found(free: tuple[int, int]) -> None:
    corners = [c for c in ((1, 0), (0, 0), (1, 1), (0, 1)) if c != free]
    points = np.array(corners) * [WIDTH - 6, HEIGHT - 2] + [3, 1]
    expected = np.array(free) * (np.array([WIDTH, HEIGHT]) - SIZE) + SIZE / 2
    assert emptiest_corner(SIZE, points, WIDTH, HEIGHT) == pytest.approx(expected)
