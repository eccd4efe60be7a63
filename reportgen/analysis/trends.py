"""What a training curve says: where it still goes, where it turned, how wide the gap grew.

Series have one value an epoch; epochs count from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TypedDict

import numpy as np
from scipy.special import stdtrit
from scipy.stats import linregress

from reportgen.analysis import NotMeasurable

SHORTEST = 3
AFTER = 2
CONFIDENCE = 0.95


class Slope(TypedDict):
    """A line through the last epochs: its change an epoch.

    ``margin`` is half of the slope's 95 % confidence interval, ``standard_error`` what it is made
    of.
    """

    slope: float
    standard_error: float
    margin: float
    first_epoch: int
    last_epoch: int


class Minimum(TypedDict):
    """The lowest value of a series, and what it rose by until the end."""

    epoch: int
    value: float
    rise: float


class Gap(TypedDict):
    """Validation minus training loss by epoch: positive where training is fitted better."""

    values: list[float]
    first: float
    last: float
    slope: Slope


class Best(TypedDict):
    """The best epoch, and how much of its value may be luck of the choice.

    ``following`` is the mean of the (at most two) epochs after it, ``optimism`` what the best one
    lies above that; both are None where the last epoch is the best.
    """

    epoch: int
    value: float
    following: float | None
    optimism: float | None


def window(epochs: int) -> int:
    """How many epochs the last third has; never fewer than a slope needs."""
    return max(SHORTEST, ceil(epochs / 3))


def last_third(series: Sequence[float]) -> Slope:
    """The least-squares slope over the last third of the epochs, three of them at least.

    Its 95 % confidence interval is Student's, for epochs that differ from the line independently:
    three points leave one degree of freedom, and it reaches 12.7 standard errors to each side.

    Raises:
        NotMeasurable: fewer than three epochs.
    """
    epochs = len(series)
    _enough(epochs, SHORTEST)
    last = window(epochs)
    fit = linregress(np.arange(last), np.asarray(series[-last:], float))
    return Slope(
        slope=float(fit.slope),
        standard_error=float(fit.stderr),
        margin=float(fit.stderr * stdtrit(last - 2, (1 + CONFIDENCE) / 2)),
        first_epoch=epochs - last + 1,
        last_epoch=epochs,
    )


def minimum(series: Sequence[float]) -> Minimum:
    """The first epoch with the lowest value.

    Raises:
        NotMeasurable: no epochs.
    """
    _enough(len(series), 1)
    index = int(np.argmin(series))
    return Minimum(
        epoch=index + 1, value=float(series[index]), rise=float(series[-1] - series[index])
    )


def gap(train_loss: Sequence[float], validation_loss: Sequence[float]) -> Gap:
    """The generalisation gap and its course.

    Training loss is usually the mean over an epoch in which the network still changes, so a gap
    of a first epoch may be negative.

    Raises:
        NotMeasurable: fewer than three epochs.
    """
    pairs = zip(train_loss, validation_loss, strict=True)
    values = [float(validation - train) for train, validation in pairs]
    slope = last_third(values)
    return Gap(values=values, first=values[0], last=values[-1], slope=slope)


def best(accuracies: Sequence[float]) -> Best:
    """The first epoch with the highest validation accuracy, against those that follow it.

    Choosing an epoch on the set that it is measured on picks noise along with skill; the epochs
    after it, which learnt no less and were not chosen, show how much that may be. Those before it
    would show what was learnt since.

    Raises:
        NotMeasurable: fewer than two epochs.
    """
    _enough(len(accuracies), 2)
    index = int(np.argmax(accuracies))
    value = float(accuracies[index])
    after = accuracies[index + 1 : index + 1 + AFTER]
    following = float(np.mean(after)) if after else None
    optimism = None if following is None else value - following
    return Best(epoch=index + 1, value=value, following=following, optimism=optimism)


def _enough(epochs: int, needed: int) -> None:
    if epochs < needed:
        noun = "época" if needed == 1 else "épocas"
        raise NotMeasurable(f"hacen falta al menos {needed} {noun} y hay {epochs}")
