"""Which classes a classifier takes for which."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.analysis import NotMeasurable


class Pair(TypedDict):
    """One kind of mistake; ``share`` is the fraction (0 to 1) of the true class's samples."""

    true: str
    predicted: str
    count: int
    share: float


def accuracy(true: ArrayLike, predicted: ArrayLike) -> float:
    """The fraction (0 to 1) of samples whose predicted class is the true one.

    Raises:
        NotMeasurable: there are no samples.
    """
    true, predicted = _paired(true, predicted)
    if true.size == 0:
        raise NotMeasurable("no hay muestras")
    return float(np.mean(true == predicted))


def confusion_matrix(
    true: ArrayLike, predicted: ArrayLike, classes: Sequence[str]
) -> list[list[int]]:
    """Counts of every true class (row) by predicted class (column).

    Args:
        true: class indices (N,).
        predicted: class indices (N,).
        classes: the K class names, in the order of their indices.

    Returns:
        K rows of K counts, classes without samples included.

    Raises:
        ValueError: an index that names no class.
    """
    true, predicted = _paired(true, predicted)
    size = len(classes)
    for indices in (true, predicted):
        if indices.size and not (indices.min() >= 0 and indices.max() < size):
            raise ValueError(f"class indices outside 0 … {size - 1}")
    counts = np.bincount(true * size + predicted, minlength=size * size)
    matrix: list[list[int]] = counts.reshape(size, size).tolist()
    return matrix


def top_pairs(matrix: Sequence[Sequence[int]], classes: Sequence[str], count: int) -> list[Pair]:
    """The most frequent confusions, the most frequent first.

    Equal counts go by the higher share of the true class, then by the classes' order. Pairs that
    never occurred aren't listed, so there may be fewer than ``count``.

    Args:
        matrix: counts (K, K), true classes in rows.
        classes: the K class names.
        count: how many pairs at most.
    """
    pairs = [
        Pair(
            true=classes[row],
            predicted=classes[column],
            count=int(value),
            share=float(value / sum(counts)),
        )
        for row, counts in enumerate(matrix)
        for column, value in enumerate(counts)
        if row != column and value
    ]
    return sorted(pairs, key=lambda pair: (-pair["count"], -pair["share"]))[:count]


def surest_mistakes(
    true: NDArray[np.integer],
    predicted: NDArray[np.integer],
    confidence: NDArray[np.floating],
    count: int,
) -> NDArray[np.int64]:
    """Indices of the mistakes with the highest confidence, the surest first.

    So that one confusion doesn't fill them all, each has at most two, or its even part of
    ``count`` where there are few confusions, as long as there are others to show.

    Args:
        true: class indices (N,).
        predicted: class indices (N,).
        confidence: of the predicted classes (N,).
        count: how many at most.
    """
    wrong = np.flatnonzero(true != predicted)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    pairs = [(int(true[index]), int(predicted[index])) for index in wrong]
    share = max(2, ceil(count / max(len(set(pairs)), 1)))
    rank = [pairs[:place].count(pair) for place, pair in enumerate(pairs)]
    turn = np.argsort([place >= share for place in rank], kind="stable")
    return np.asarray(wrong[np.sort(turn[:count])], np.int64)


def _paired(true: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, second = np.asarray(true, np.int64), np.asarray(predicted, np.int64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"labels of shapes {first.shape} and {second.shape}")
    return first, second
