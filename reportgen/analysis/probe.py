"""How much of the classes can be read off a layer by a linear classifier."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from reportgen.analysis import NotMeasurable

C = 0.01
ITERATIONS = 1000


class Probe(TypedDict):
    """What a linear probe reads off a layer of D ``dimensions``, fitted to M ``samples``."""

    accuracy: float
    train_accuracy: float
    dimensions: int
    samples: int
    iterations: int
    converged: bool


def linear_probe(
    train_features: NDArray[np.floating],
    train_labels: NDArray[np.integer],
    validation_features: NDArray[np.floating],
    validation_labels: NDArray[np.integer],
) -> Probe:
    """Fits a logistic regression to a layer's activations and judges it on the validation ones.

    Source: Alain and Bengio, "Understanding intermediate layers using linear classifier probes",
    ICLR 2017 workshop. Activations are standardised, which lets L-BFGS converge within some
    hundred steps (5,000 × 9,216: seconds); there is no PCA, because it would take from wide layers
    what it leaves to narrow ones. One penalty for every layer, so that they compare. Nothing is
    drawn at random. The whole of both arrays is held in memory as float32.

    Args:
        train_features: activations (M, D); further axes are flattened.
        train_labels: class indices (M,).
        validation_features: (N, D).
        validation_labels: class indices (N,).

    Raises:
        NotMeasurable: train samples of one class only, or no validation samples.
    """
    if len(np.unique(train_labels)) < 2:
        raise NotMeasurable("hay una sola clase en el entrenamiento")
    if not len(validation_labels):
        raise NotMeasurable("no hay muestras de validación")
    train, validation = _flat(train_features), _flat(validation_features)
    regression = LogisticRegression(C=C, max_iter=ITERATIONS)
    probe = make_pipeline(StandardScaler(), regression).fit(train, train_labels)
    iterations = int(regression.n_iter_.max())
    return Probe(
        accuracy=float(probe.score(validation, validation_labels)),
        train_accuracy=float(probe.score(train, train_labels)),
        dimensions=train.shape[1],
        samples=len(train),
        iterations=iterations,
        converged=iterations < ITERATIONS,
    )


def _flat(features: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(features, np.float32).reshape(len(features), -1)
