"""Steps that count and compare: predictions, confusions, clusters, separability, drafts."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax

from reportgen.analysis import confusion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace

Probabilities = "NDArray[np.floating[Any]]"


def predictions(_: Workspace, *, data: Artifact, scores: Artifact) -> Contents:
    """The validation predictions that belong to ``scores`` (logits or decision values)."""
    values = np.asarray(scores.array("validation_scores.npy"), np.float64)
    true = np.asarray(data.array("validation_labels.npy"))
    predicted = values.argmax(1)
    confidence = softmax(values, axis=1).max(1)
    classes = data.json()["classes"]
    return {
        "true.npy": true,
        "predicted.npy": predicted,
        "confidence.npy": confidence,
        "predictions.csv": _as_csv(true, predicted, confidence),
        "value.json": {
            "accuracy": confusion.accuracy(true, predicted),
            "classes": classes,
            "samples": len(true),
        },
    }


def confusions(_: Workspace, *, predictions: Artifact, count: int) -> Contents:
    """The confusion matrix and its ``count`` most frequent errors."""
    classes = predictions.json()["classes"]
    matrix = confusion.confusion_matrix(
        predictions.array("true.npy"), predictions.array("predicted.npy"), classes
    )
    pairs = confusion.top_pairs(matrix, classes, count)
    return {"value.json": {"classes": classes, "matrix": matrix, "pairs": pairs}}


def _as_csv(true: NDArray[Any], predicted: NDArray[Any], confidence: NDArray[np.float64]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["index", "true", "predicted", "confidence"])
    for index, (label, guess, share) in enumerate(zip(true, predicted, confidence, strict=True)):
        writer.writerow([index, int(label), int(guess), f"{share:.6f}"])
    return stream.getvalue()
