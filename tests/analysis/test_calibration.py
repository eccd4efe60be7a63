from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.analysis import NotMeasurable
from reportgen.analysis.calibration import calibration


def binary(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of two classes, the first one predicted with the given confidence."""
    return np.stack([confidence, np.maximum(1 - confidence, 0)], axis=1)


def test_a_perfectly_calibrated_predictor_has_no_error() -> None:
    # Of 10 samples with 0.7, exactly 7 are right, and 9 of 10 with 0.9.
    probabilities = binary(np.repeat([0.7, 0.9], 10))
    true = np.array([0] * 7 + [1] * 3 + [0] * 9 + [1])
    found = calibration(probabilities, true)
    assert found["error"] == pytest.approx(0, abs=1e-12)
    assert found["accuracy"] == pytest.approx(0.8) == pytest.approx(found["confidence"])
    assert [each["samples"] for each in found["bins"]] == [10, 10]
    assert json.loads(json.dumps(found)) == found


def test_labels_drawn_from_the_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 50_000)
    true = (rng.uniform(size=50_000) > confidence).astype(int)
    assert calibration(binary(confidence), true)["error"] < 0.01


def test_planted_overconfidence_is_the_error() -> None:
    found = calibration(binary(np.full(100, 0.95)), np.array([0] * 60 + [1] * 40))
    assert found["error"] == pytest.approx(0.35)
    assert found["overconfidence"] == pytest.approx(0.35)
    modest = calibration(binary(np.full(100, 0.55)), np.zeros(100, int))
    assert modest["error"] == pytest.approx(0.45)
    assert modest["overconfidence"] == pytest.approx(-0.45)


def test_errors_of_opposite_sign_do_not_cancel_between_bins() -> None:
    probabilities = binary(np.repeat([0.6, 0.9], 10))
    true = np.array([0] * 8 + [1] * 2 + [0] * 7 + [1] * 3)
    found = calibration(probabilities, true)
    assert found["overconfidence"] == pytest.approx(0)
    assert found["error"] == pytest.approx(0.2)


def test_a_bin_holds_its_upper_edge() -> None:
    found = calibration(
        binary(np.array([0.8, 0.8 + 1e-9, 1.0, 1.0 + 1e-7])), np.zeros(4, int), bins=5
    )
    assert [(each["high"], each["samples"]) for each in found["bins"]] == [
        (pytest.approx(0.8), 1),
        (1.0, 3),
    ]


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        calibration(np.array([[2.0, -1.0]]), np.array([0]))
    with pytest.raises(ValueError, match="add up to 1"):
        calibration(np.array([[2.0, 3.0]]), np.array([0]))
    with pytest.raises(NotMeasurable, match="no hay muestras"):
        calibration(np.empty((0, 3)), np.empty(0, int))
