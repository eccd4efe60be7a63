"""The step that compares a network's confidence with its being right, at two epochs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import softmax

from reportgen.analysis.calibration import calibration
from reportgen.lab.attempt import attempt
from reportgen.lab.device import use
from reportgen.lab.restored import LAST, restored
from reportgen.learning.inference import logits

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def measure(
    _: Workspace,
    *,
    data: Artifact,
    training: Artifact,
    network: str,
    arguments: dict[str, Any],
    normalisation: list[list[float]] | None,  # noqa: ARG001 - keyed; the training noted it
    crop: int | None,
    device: str,
) -> Contents:
    """The calibration of the best epoch, whose answers are stored, and of the last one."""
    place = use(device)
    model, preprocess = restored(training, network, arguments, crop, weights=LAST)
    images = data.array("validation_images.npy")
    scores = {
        "best": np.asarray(training.array("validation_scores.npy")),
        "last": logits(model, images, preprocess, device=place),
    }
    epochs = {
        "best": training.json("best.json")["epoch"],
        "last": len(training.json("history.json")),
    }
    labels = np.asarray(data.array("validation_labels.npy"))

    def at(name: str) -> dict[str, Any]:
        return {
            "epoch": epochs[name],
            **calibration(softmax(np.asarray(scores[name], np.float64), axis=1), labels),
        }

    return {"value.json": {name: attempt(partial(at, name)) for name in scores}}
