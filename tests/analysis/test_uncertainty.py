from __future__ import annotations

import json

import numpy as np
import pytest

from reportgen.analysis import NotMeasurable
from reportgen.analysis.uncertainty import bootstrap, holm, mcnemar, over_seeds, wilson


def test_wilson_agrees_with_newcombe() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    for right, samples, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        found = wilson(right, samples)
        assert found["low"] == pytest.approx(low, abs=5e-5)
        assert found["high"] == pytest.approx(high, abs=5e-5)
    assert json.loads(json.dumps(found)) == found


def test_bootstrap_is_near_the_normal_interval_and_repeats() -> None:
    right = np.arange(1000) < 900
    found = bootstrap(right, seed=0)
    half = 1.96 * np.sqrt(0.9 * 0.1 / 1000)
    assert found["low"] == pytest.approx(0.9 - half, abs=0.002)
    assert found["high"] == pytest.approx(0.9 + half, abs=0.002)
    assert bootstrap(right, seed=0) == found
    narrower = bootstrap(right, seed=0, level=0.5)
    assert found["low"] < narrower["low"] < 0.9 < narrower["high"] < found["high"]


def test_bootstrap_of_several_seeds_resamples_the_samples() -> None:
    right = np.arange(1000) < 900
    # Three equal runs are no more certain than one; runs wrong on different samples are.
    same, one = bootstrap(np.stack([right] * 3), seed=0), bootstrap(right, seed=0)
    assert same["high"] - same["low"] == pytest.approx(one["high"] - one["low"], abs=0.003)
    shifted = bootstrap([right, np.roll(right, 100), np.roll(right, 200)], seed=0)
    assert shifted["high"] - shifted["low"] < 0.8 * (one["high"] - one["low"])
    assert shifted["low"] < 0.9 < shifted["high"]


def test_spread_over_seeds() -> None:
    found = over_seeds([0.98, 0.99, 1.0])
    assert found["mean"] == pytest.approx(0.99)
    assert found["standard_deviation"] == pytest.approx(0.01)
    assert (found["minimum"], found["maximum"], found["seeds"]) == (0.98, 1.0, 3)


def test_mcnemar_counts_only_disagreements() -> None:
    # Both right 50, both wrong 20, only the first 9, only the second 2: 2 · P(X ≤ 2 | 11, ½).
    first = np.array([True] * 50 + [False] * 20 + [True] * 9 + [False] * 2)
    second = np.array([True] * 50 + [False] * 20 + [False] * 9 + [True] * 2)
    found = mcnemar(first, second)
    assert (found["only_first"], found["only_second"]) == (9, 2)
    assert found["difference"] == pytest.approx(7 / 81)
    assert found["p_value"] == pytest.approx(2 * (1 + 11 + 55) / 2**11)
    mirrored = mcnemar(second, first)
    assert mirrored["difference"] == -found["difference"]
    assert mirrored["p_value"] == pytest.approx(found["p_value"])


def test_equal_classifiers_do_not_differ() -> None:
    same = np.array([True, False, True])
    assert mcnemar(same, same)["p_value"] == 1.0


def test_nothing_is_not_measurable() -> None:
    empty = np.zeros(0, bool)
    with pytest.raises(NotMeasurable):
        wilson(0, 0)
    with pytest.raises(NotMeasurable):
        bootstrap(empty, seed=0)
    with pytest.raises(NotMeasurable):
        mcnemar(empty, empty)
    with pytest.raises(NotMeasurable, match="una sola semilla"):
        over_seeds([0.5])
    with pytest.raises(ValueError, match="shapes"):
        mcnemar(np.ones(3, bool), np.ones(1, bool))


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    # Worked by hand: 0.01 × 4, 0.02 × 3, 0.03 × 2 (not below the one before), 0.9 × 1.
    assert holm([0.9, 0.02, 0.01, 0.03]) == pytest.approx([0.9, 0.06, 0.04, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([]) == []
