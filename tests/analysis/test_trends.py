from __future__ import annotations

import json

import numpy as np
import pytest

from reportgen.analysis import NotMeasurable, trends


def test_the_last_third_of_a_line_has_its_slope() -> None:
    # Six epochs of fall, then a rise by 0.5 an epoch: the last third must not see the fall.
    series = [60.0, 50.0, 40.0, 30.0, 20.0, 10.0, 1.0, 1.5, 2.0, 2.5]
    found = trends.last_third(series)
    assert found["slope"] == pytest.approx(0.5)
    assert found["standard_error"] == pytest.approx(0, abs=1e-9)
    assert found["margin"] == pytest.approx(0, abs=1e-8)
    assert (found["first_epoch"], found["last_epoch"]) == (7, 10)


def test_a_short_series_still_gets_three_epochs() -> None:
    found = trends.last_third([9.0, 4.0, 3.0, 2.0])
    assert found["slope"] == pytest.approx(-1)
    assert (found["first_epoch"], found["last_epoch"]) == (2, 4)


@pytest.mark.parametrize("epochs", [3, 12, 15, 90])
def test_of_noise_nineteen_in_twenty_slopes_have_zero_in_their_interval(epochs: int) -> None:
    rng = np.random.default_rng(0)
    within = 0
    for _ in range(400):
        found = trends.last_third(rng.normal(size=epochs).tolist())
        within += abs(found["slope"]) < found["margin"]
    assert within == pytest.approx(380, abs=10)


def test_the_minimum_is_the_first_lowest_epoch() -> None:
    found = trends.minimum([3.0, 1.0, 2.0, 1.0, 1.75])
    assert found == {"epoch": 2, "value": 1.0, "rise": 0.75}


def test_the_gap_is_validation_minus_training() -> None:
    found = trends.gap([2.0, 1.0, 0.5, 0.25], [1.5, 1.0, 1.0, 1.25])
    assert found["values"] == [-0.5, 0.0, 0.5, 1.0]
    assert (found["first"], found["last"]) == (-0.5, 1.0)
    assert found["slope"]["slope"] == pytest.approx(0.5)
    assert json.loads(json.dumps(found)) == found


def test_the_best_epoch_is_measured_against_those_that_follow_it() -> None:
    found = trends.best([0.1, 0.8, 0.9, 0.95, 0.9, 0.8, 0.2])
    assert (found["epoch"], found["value"]) == (4, 0.95)
    assert found["following"] == pytest.approx(0.85)
    assert found["optimism"] == pytest.approx(0.1)


def test_what_was_learnt_before_isnt_taken_for_luck() -> None:
    assert trends.best([0.1, 0.9, 0.88])["optimism"] == pytest.approx(0.02)
    last = trends.best([0.1, 0.5, 0.7, 0.9])
    assert (last["epoch"], last["following"], last["optimism"]) == (4, None, None)


def test_equal_epochs_give_the_first_and_no_optimism() -> None:
    found = trends.best([0.5, 0.5, 0.5])
    assert (found["epoch"], found["optimism"]) == (1, 0.0)


def test_too_few_epochs_say_how_many() -> None:
    with pytest.raises(NotMeasurable, match="al menos 3 épocas y hay 2"):
        trends.last_third([1.0, 2.0])
    with pytest.raises(NotMeasurable, match="al menos 1 época y hay 0"):
        trends.minimum([])
    with pytest.raises(NotMeasurable, match="al menos 2 épocas y hay 1"):
        trends.best([0.5])
