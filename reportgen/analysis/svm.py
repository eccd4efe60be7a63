"""Classification by a linear support vector machine on a network's features."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from reportgen.analysis import NotMeasurable

C = 1.0


class Classification(TypedDict):
    """What the machine said of N validation samples.

    ``decision`` is the signed distance from the boundary in units of the margin, (N,) with two
    classes (positive: the second one), else (N, K), one score a class.
    """

    c: float
    accuracy: float
    train_accuracy: float
    predicted: list[int]
    decision: list[float] | list[list[float]]


def linear_svm(c: float = C) -> Pipeline:
    """A linear SVM (Cortes and Vapnik, Machine Learning 20, 1995) on standardised features.

    libsvm's solver draws no random numbers: the same samples give the same machine.

    Args:
        c: weight of a violated margin; by default scikit-learn's own 1.0, not tuned, since no
            third subset is there to tune it on.
    """
    return make_pipeline(StandardScaler(), SVC(kernel="linear", C=c))


def classify(
    train_features: NDArray[np.floating],
    train_labels: NDArray[np.integer],
    validation_features: NDArray[np.floating],
    validation_labels: NDArray[np.integer],
    *,
    c: float = C,
) -> Classification:
    """Trains a linear SVM on the train features and classifies the validation samples.

    Args:
        train_features: (M, D).
        train_labels: class indices (M,).
        validation_features: (N, D).
        validation_labels: class indices (N,).
        c: weight of a violated margin.

    Raises:
        NotMeasurable: train samples of one class only, or no validation samples.
    """
    if len(np.unique(train_labels)) < 2:
        raise NotMeasurable("hay una sola clase en el entrenamiento")
    if not len(validation_labels):
        raise NotMeasurable("no hay muestras de validación")
    machine = linear_svm(c).fit(train_features, train_labels)
    return Classification(
        c=float(c),
        accuracy=float(machine.score(validation_features, validation_labels)),
        train_accuracy=float(machine.score(train_features, train_labels)),
        predicted=machine.predict(validation_features).tolist(),
        decision=machine.decision_function(validation_features).tolist(),
    )
