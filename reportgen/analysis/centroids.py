"""Where the classes lie in a space: their dispersion, their distances, and what gets confused."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr

from reportgen.analysis import NotMeasurable


class ClassPair(TypedDict):
    """Two classes and the distance of their centroids, in the space's own unit."""

    first: str
    second: str
    distance: float


class Centroids(TypedDict):
    """Where K classes lie.

    Attributes:
        dispersion: root mean square distance of a class's samples to their centroid (K,).
        distances: between centroids (K, K).
        within: mean of the dispersions.
        between: mean distance of two centroids.
        ratio: within / between, free of scale, so that spaces can be compared; less is tighter.
        closest: up to three pairs of classes, the closest first.
    """

    dispersion: list[float]
    distances: list[list[float]]
    within: float
    between: float
    ratio: float
    closest: list[ClassPair]


def centroids(
    points: NDArray[np.floating], labels: NDArray[np.integer], classes: Sequence[str]
) -> Centroids:
    """The classes' dispersions and the distances between them.

    Args:
        points: (N, D).
        labels: class indices (N,).
        classes: the K class names, two at least.

    Raises:
        NotMeasurable: one class only, or a class without samples.
    """
    if len(classes) < 2:
        raise NotMeasurable("hay una sola clase")
    means, dispersion = [], []
    for index, name in enumerate(classes):
        members = np.asarray(points[labels == index], np.float64)
        if not len(members):
            raise NotMeasurable(f"la clase «{name}» no tiene muestras")
        members = members.reshape(len(members), -1)
        means.append(members.mean(axis=0))
        dispersion.append(float(np.sqrt(np.mean(np.sum((members - means[-1]) ** 2, axis=1)))))
    separations = pdist(np.array(means))
    within, between = float(np.mean(dispersion)), float(np.mean(separations))
    if between == 0:
        raise NotMeasurable("los centros de todas las clases coinciden")
    pairs = [
        ClassPair(first=first, second=second, distance=float(distance))
        for (first, second), distance in zip(combinations(classes, 2), separations, strict=True)
    ]
    return Centroids(
        dispersion=dispersion,
        distances=squareform(separations).tolist(),
        within=within,
        between=between,
        ratio=within / between,
        closest=sorted(pairs, key=lambda pair: pair["distance"])[:3],
    )


def agreement(distances: Sequence[Sequence[float]], matrix: Sequence[Sequence[int]]) -> float:
    """Spearman's rank correlation of class distances and confusions over the pairs of classes.

    Negative where the classes that lie closer are confused more often. Confusions of a pair are
    both shares added: of the first class taken for the second, and the other way round.

    Args:
        distances: between centroids (K, K).
        matrix: confusion counts (K, K), true classes in rows.

    Raises:
        NotMeasurable: fewer than three pairs, a class without samples, or no order to compare
            (no confusions, say).
    """
    counts, separations = np.asarray(matrix, float), np.asarray(distances, float)
    if len(counts) < 3:
        raise NotMeasurable("con menos de tres clases no hay pares que ordenar")
    totals = counts.sum(axis=1, keepdims=True)
    if not totals.all():
        raise NotMeasurable("hay clases sin muestras")
    shares = counts / totals
    pairs = np.triu_indices(len(counts), k=1)
    confused, apart = (shares + shares.T)[pairs], separations[pairs]
    if np.ptp(confused) == 0 or np.ptp(apart) == 0:
        raise NotMeasurable("todos los pares de clases se confunden o se separan por igual")
    return float(spearmanr(apart, confused).statistic)
