"""Whether a classifier is right as often as it is confident."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis import NotMeasurable

BINS = 15


class Bin(TypedDict):
    """The samples with a confidence in (low, high]; means of confidence and of being right."""

    low: float
    high: float
    samples: int
    confidence: float
    accuracy: float


class Calibration(TypedDict):
    """Reliability of N predictions; all values are fractions.

    ``error`` is the expected calibration error; ``overconfidence`` is mean confidence minus
    accuracy, negative for a classifier that is too modest. ``bins`` are the occupied ones,
    ascending.
    """

    samples: int
    error: float
    confidence: float
    accuracy: float
    overconfidence: float
    bins: list[Bin]


def calibration(
    probabilities: NDArray[np.floating], true: NDArray[np.integer], *, bins: int = BINS
) -> Calibration:
    """The reliability diagram and the expected calibration error.

    Source: Guo, Pleiss, Sun and Weinberger, ICML 2017: bins of equal width over the confidence,
    the probability of the predicted class; the error is the mean of ``|accuracy - confidence|``
    weighted by the bins' samples.

    Args:
        probabilities: of each class (N, K), rows adding up to 1.
        true: class indices (N,).
        bins: how many; the paper's 15.

    Raises:
        NotMeasurable: no samples.
        ValueError: values that are no probabilities (logits, say).
    """
    if not len(true):
        raise NotMeasurable("no hay muestras")
    values = np.asarray(probabilities, np.float64)
    if values.min() < 0 or not np.allclose(values.sum(axis=1), 1, atol=1e-3):
        raise ValueError("rows of probabilities must be positive and add up to 1")
    confidence = values.max(axis=1)
    right = (values.argmax(axis=1) == true).astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    # Rounding may lift a confidence a hair over 1; it belongs in the last bin all the same.
    place = np.minimum(np.searchsorted(edges, confidence, side="left"), bins) - 1
    occupied = [
        Bin(
            low=float(edges[index]),
            high=float(edges[index + 1]),
            samples=int(np.sum(place == index)),
            confidence=float(confidence[place == index].mean()),
            accuracy=float(right[place == index].mean()),
        )
        for index in np.unique(place)
    ]
    deviations = [each["samples"] * abs(each["accuracy"] - each["confidence"]) for each in occupied]
    return Calibration(
        samples=len(true),
        error=float(sum(deviations) / len(true)),
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        overconfidence=float(confidence.mean() - right.mean()),
        bins=occupied,
    )
