from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reportgen.figures.plane import Plane, fitting_height, spread_apart


def test_points_fill_the_panel_up_to_the_margin_at_one_scale() -> None:
    points = np.array([[0.0, 0], [10, 2], [5, 1]])
    placed = Plane.around(points, width=100, height=80, margin=5).place(points)
    assert placed[:, 0] == pytest.approx([5, 95, 50])
    assert placed[:, 1] == pytest.approx([31, 49, 40])


def test_one_point_lies_in_the_middle() -> None:
    placed = Plane.around([[7.0, 7.0]], 100, 80, 5).place([[7.0, 7.0]])
    assert placed[0] == pytest.approx([50, 40])


@pytest.mark.parametrize(
    ("spread", "height"),
    [((80, 40), 50), ((80, 10), 30), ((10, 80), 70), ((0, 0), 30)],
    ids=["as the cloud", "flat", "tall", "one point"],
)
def test_a_panel_is_as_tall_as_its_cloud_within_bounds(
    spread: tuple[float, float], height: float
) -> None:
    cloud = np.array([[3.0, 3], [3 + spread[0], 3 + spread[1]]])
    assert fitting_height([cloud[:1], cloud], 90, 5, 30, 70) == pytest.approx(height)


def test_boxes_end_up_apart_inside_and_near() -> None:
    wished = np.random.default_rng(0).normal([50, 40], 4, (10, 2))
    sizes = np.full((10, 2), [12.0, 4.0])
    placed = spread_apart(wished, sizes, 100, 80)
    for one, other in combinations(range(10), 2):
        assert (np.abs(placed[one] - placed[other]) >= sizes[0] - 1e-5).any()
    assert (placed >= sizes / 2).all()
    assert (placed <= [94, 78]).all()
    assert np.abs(placed - wished).max() < 30


def test_boxes_that_are_apart_stay() -> None:
    wished = [[20.0, 20], [60, 60]]
    assert spread_apart(wished, [[10, 4], [10, 4]], 100, 80) == pytest.approx(np.array(wished))


def test_box_at_the_edge_is_moved_inside() -> None:
    assert spread_apart([[0.0, 80]], [[10, 4]], 100, 80)[0] == pytest.approx([5, 78])


def test_equal_wishes_part() -> None:
    one, other = spread_apart([[50.0, 40], [50, 40]], [[10, 4], [10, 4]], 100, 80)
    assert abs(one[1] - other[1]) >= 4
