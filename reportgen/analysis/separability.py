"""How well one straight line, or one hyperplane, tells two classes apart."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import (
    StratifiedKFold,
    cross_val_predict,
)

from reportgen.analysis import NotMeasurable
from reportgen.analysis.svm import linear_svm
from reportgen.spanish import integer

FOLDS = 5


class Line(TypedDict):
    """The line ``weights · (x, y) + bias = 0`` and the samples on the wrong side of it.

    Class 1 belongs where the left side is positive. ``misplaced`` are indices into the samples, the
    farthest from the line first; ``accuracy`` is the share on the right side.
    """

    weights: list[float]
    bias: float
    accuracy: float
    misplaced: list[int]
    samples: int


class Hyperplane(TypedDict):
    """Cross-validated separability: each sample judged by a machine that didn't see it."""

    folds: int
    accuracy: float
    misplaced: list[int]
    samples: int


def in_plane(points: NDArray[np.floating], labels: NDArray[np.integer]) -> Line:
    """The line of a linear SVM through an embedding, judged on the points that it was fitted to.

    It describes the picture; it predicts nothing.

    Args:
        points: (N, 2).
        labels: 0 or 1 (N,).

    Raises:
        NotMeasurable: the samples aren't of two classes.
    """
    _two_classes(labels)
    machine = linear_svm().fit(points, labels)
    scaler, svm = machine[0], machine[-1]
    weights = svm.coef_[0] / scaler.scale_
    wrong = np.flatnonzero(machine.predict(points) != labels)
    distances = np.abs(machine.decision_function(points))
    misplaced = wrong[np.argsort(-distances[wrong], kind="stable")]
    return Line(
        weights=weights.tolist(),
        bias=float(svm.intercept_[0] - weights @ scaler.mean_),
        accuracy=1 - len(misplaced) / len(labels),
        misplaced=misplaced.tolist(),
        samples=len(labels),
    )


def in_full_space(
    features: NDArray[np.floating], labels: NDArray[np.integer], *, seed: int, folds: int = FOLDS
) -> Hyperplane:
    """A linear SVM in the whole feature space, by stratified cross-validation.

    Args:
        features: activations (N, D); further axes are flattened.
        labels: 0 or 1 (N,).
        seed: of the split into folds.
        folds: how many.

    Raises:
        NotMeasurable: the samples aren't of two classes, or fewer of a class than folds.
    """
    smallest = _two_classes(labels)
    if smallest < folds:
        raise NotMeasurable(
            f"la validación cruzada pide {integer(folds)} muestras de cada clase "
            f"y hay una con {integer(smallest)}"
        )
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    flat = np.asarray(features).reshape(len(labels), -1)
    predicted = cross_val_predict(linear_svm(), flat, labels, cv=split)
    misplaced = np.flatnonzero(predicted != labels)
    return Hyperplane(
        folds=folds,
        accuracy=1 - len(misplaced) / len(labels),
        misplaced=misplaced.tolist(),
        samples=len(labels),
    )


def _two_classes(labels: NDArray[np.integer]) -> int:
    """The size of the smaller class."""
    present, counts = np.unique(labels, return_counts=True)
    if present.tolist() != [0, 1]:
        raise NotMeasurable("la separación por una recta se mide entre dos clases")
    return int(counts.min())
