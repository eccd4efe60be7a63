"""How sure an accuracy is, and whether two of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from reportgen.analysis import NotMeasurable

LEVEL = 0.95
RESAMPLES = 10_000


class Interval(TypedDict):
    """A confidence interval of an accuracy, as fractions."""

    low: float
    high: float
    level: float


class Spread(TypedDict):
    """Mean and sample standard deviation over repetitions with other seeds."""

    mean: float
    standard_deviation: float
    minimum: float
    maximum: float
    seeds: int


class PairedTest(TypedDict):
    """Two classifiers on the same samples.

    ``only_first`` and ``only_second`` count the samples that one alone gets right, ``difference``
    is the first accuracy minus the second.
    """

    only_first: int
    only_second: int
    difference: float
    p_value: float


def wilson(right: int, samples: int, *, level: float = LEVEL) -> Interval:
    """The binomial interval of one accuracy: what the choice of validation samples leaves open.

    Source: Wilson, Journal of the American Statistical Association 22, 1927.

    Args:
        right: samples classified correctly.
        samples: all of them.
        level: of confidence.

    Raises:
        NotMeasurable: no samples.
    """
    if not samples:
        raise NotMeasurable("no hay muestras")
    found = binomtest(int(right), int(samples)).proportion_ci(level, method="wilson")
    return Interval(low=float(found.low), high=float(found.high), level=level)


def bootstrap(right: ArrayLike, *, seed: int, level: float = LEVEL) -> Interval:
    """The percentile bootstrap interval of an accuracy, over the validation samples.

    Source: Efron, Annals of Statistics 7, 1979. Runs with several seeds are averaged sample by
    sample first, so that the interval is that of their mean accuracy over these samples; how much
    the seeds differ is ``over_seeds``'s to say.

    Args:
        right: whether each sample was classified correctly, (N,) or one row a seed (S, N).
        seed: of the resampling.
        level: of confidence.

    Raises:
        NotMeasurable: no samples.
    """
    scores = np.atleast_2d(np.asarray(right, np.float64)).mean(axis=0)
    if not scores.size:
        raise NotMeasurable("no hay muestras")
    # N draws with replacement are one multinomial draw over the few values that occur.
    values, counts = np.unique(scores, return_counts=True)
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(scores.size, counts / scores.size, size=RESAMPLES)
    low, high = np.quantile(draws @ values / scores.size, [(1 - level) / 2, (1 + level) / 2])
    return Interval(low=float(low), high=float(high), level=level)


def over_seeds(accuracies: Sequence[float]) -> Spread:
    """Mean ± standard deviation (with N - 1) over the seeds.

    Raises:
        NotMeasurable: fewer than two seeds.
    """
    if len(accuracies) < 2:
        raise NotMeasurable("con una sola semilla no hay desviación que medir")
    return Spread(
        mean=float(np.mean(accuracies)),
        standard_deviation=float(np.std(accuracies, ddof=1)),
        minimum=float(min(accuracies)),
        maximum=float(max(accuracies)),
        seeds=len(accuracies),
    )


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> PairedTest:
    """The exact paired test of two classifiers on the same samples.

    Source: McNemar, Psychometrika 12, 1947; the exact binomial form, as Dietterich (Neural
    Computation 10, 1998) recommends the test for classifiers trained once.

    Args:
        first: whether the first classifier is right, by sample (N,).
        second: the same of the second.

    Raises:
        NotMeasurable: no samples.
    """
    if first.shape != second.shape:
        raise ValueError(f"paired samples of shapes {first.shape} and {second.shape}")
    if not first.size:
        raise NotMeasurable("no hay muestras")
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    disagreements = only_first + only_second
    return PairedTest(
        only_first=only_first,
        only_second=only_second,
        difference=(only_first - only_second) / first.size,
        p_value=float(binomtest(only_first, disagreements).pvalue) if disagreements else 1.0,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number, in the order given; at most 1.

    Source: Holm, Scandinavian Journal of Statistics 6, 1979: the i-th smallest of n times
    n - i + 1, and none below the one before.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
