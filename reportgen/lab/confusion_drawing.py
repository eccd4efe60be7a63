"""The steps that draw what a network gets wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reportgen.analysis.confusion import surest_mistakes
from reportgen.figures import confusion as confusions
from reportgen.figures import gallery
from reportgen.lab.drawing import LEFT_OUT, stored

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def confusion_matrix(_: Workspace, *, confusion: Artifact) -> Contents:
    """The confusion matrix."""
    found = confusion.json()
    return stored(confusions.confusion_matrix(found["matrix"], found["classes"], found["pairs"]))


def mistakes(
    _: Workspace, *, data: Artifact, predictions: Artifact, count: int, title: str
) -> Contents:
    """The mistakes of which the network was most confident, if it made any."""
    true, predicted = predictions.array("true.npy"), predictions.array("predicted.npy")
    confidence = predictions.array("confidence.npy")
    chosen = surest_mistakes(true, predicted, confidence, count)
    if not len(chosen):
        return LEFT_OUT
    classes = data.json()["classes"]
    return stored(
        gallery.mistakes(
            np.asarray(data.array("validation_images.npy")[chosen]),
            [classes[i] for i in true[chosen]],
            [classes[i] for i in predicted[chosen]],
            confidence[chosen].tolist(),
            title,
        )
    )
