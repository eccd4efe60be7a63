from __future__ import annotations

import pytest

from reportgen.analysis.reductions import TOLERANCE, against, recommended


def test_savings_and_penalties_are_against_the_reference() -> None:
    found = against((1000, 0.99), {"half": (500, 0.98), "same": (1000, 1.0)})
    assert found["half"]["reduction"] == 0.5
    assert found["half"]["penalty"] == pytest.approx(0.01)
    assert found["same"]["penalty"] == pytest.approx(-0.01)


@pytest.mark.parametrize(("lost", "chosen"), [(TOLERANCE, "tiny"), (TOLERANCE + 1e-4, "half")])
def test_the_smallest_within_the_tolerance_is_recommended(lost: float, chosen: str) -> None:
    found = against((1000, 0.99), {"half": (500, 0.99), "tiny": (10, 0.99 - lost)})
    assert recommended(found) == chosen


def test_none_is_recommended_where_all_lose_too_much_or_save_nothing() -> None:
    assert recommended(against((1000, 0.99), {"bad": (10, 0.9), "larger": (2000, 0.99)})) is None
    assert recommended({}) is None
