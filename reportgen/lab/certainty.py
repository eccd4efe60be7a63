"""The steps that tell how sure an accuracy is, and whether two differ."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analysis import NotMeasurable, trends, uncertainty
from reportgen.lab.attempt import attempt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def of_accuracy(
    _: Workspace, *, seed: int, training: Artifact | None = None, **inputs: Artifact
) -> Contents:
    """The intervals of the accuracy of ``predictions_0``, repeated with other seeds in the rest.

    ``training`` is the first one's, where a training it was.
    """
    right = np.stack([_right(inputs[f"predictions_{i}"]) for i in range(len(inputs))])
    accuracies = right.mean(axis=1).tolist()
    several = len(accuracies) > 1

    def optimism() -> trends.Best:
        if training is None:
            raise NotMeasurable("no se entrena por épocas")
        return trends.best([one["validation_accuracy"] for one in training.json("history.json")])

    value = {
        "samples": right.shape[1],
        "right": int(right[0].sum()),
        "interval": uncertainty.wilson(int(right[0].sum()), right.shape[1]),
        "accuracies": accuracies,
        "spread": uncertainty.over_seeds(accuracies) if several else None,
        "bootstrap": uncertainty.bootstrap(right, seed=seed) if several else None,
        "optimism": attempt(optimism),
    }
    return {"value.json": value}


def compare(_: Workspace, *, names: list[str], **inputs: Artifact) -> Contents:
    """McNemar's test of each pair of classifiers, with Holm's correction for their number."""
    right = {name: _right(inputs[f"predictions_{i}"]) for i, name in enumerate(names)}
    tests: list[dict[str, Any]] = [
        {"first": one, "second": other, **uncertainty.mcnemar(right[one], right[other])}
        for one, other in combinations(names, 2)
    ]
    adjusted = uncertainty.holm([test["p_value"] for test in tests])
    return {
        "value.json": [
            {**test, "adjusted": value} for test, value in zip(tests, adjusted, strict=True)
        ]
    }


def _right(predictions: Artifact) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = predictions.array("true.npy") == predictions.array("predicted.npy")
    return right
