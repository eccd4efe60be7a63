"""The step that classifies a pretrained network's features by a linear SVM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analysis.svm import classify as support_vectors
from reportgen.lab.device import use
from reportgen.learning.inference import activations
from reportgen.learning.preprocess import Preprocess
from reportgen.references import resolve

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def classify(
    _: Workspace,
    *,
    data: Artifact,
    network: str,
    arguments: dict[str, Any],
    normalisation: list[list[float]],
    crop: int | None,
    layer: str,
    device: str,
) -> Contents:
    """``features.npy`` (N, D) of the validation images, and the SVM's scores on them (N, K)."""
    place = use(device)
    model = resolve(network)(**arguments)
    preprocess = Preprocess(tuple(normalisation[0]), tuple(normalisation[1]), crop)
    train, validation = (
        activations(model, data.array(f"{part}_images.npy"), [layer], preprocess, device=place)[
            layer
        ]
        for part in ("train", "validation")
    )
    judged = support_vectors(
        train,
        np.array(data.array("train_labels.npy")),
        validation,
        np.array(data.array("validation_labels.npy")),
    )
    scores = np.asarray(judged["decision"])
    if scores.ndim == 1:
        scores = np.stack([-scores / 2, scores / 2], axis=1)
    return {
        "features.npy": validation,
        "validation_scores.npy": scores,
        "value.json": {
            "accuracy": judged["accuracy"],
            "train_accuracy": judged["train_accuracy"],
            "c": judged["c"],
        },
    }
