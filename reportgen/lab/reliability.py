"""The step that compares a network's confidence with its being right, at two epochs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.torch import load_file

from reportgen.analysis.calibration import calibration
from reportgen.lab.attempt import attempt
from reportgen.lab.device import use
from reportgen.learning.inference import logits
from reportgen.learning.preprocess import Preprocess
from reportgen.references import resolve

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    model = resolve(network)(**arguments)
    model.load_state_dict(load_file(training.path("last.safetensors")))
    seen = training.json("normalisation.json")
    preprocess = Preprocess(tuple(seen["mean"]), tuple(seen["std"]), crop)
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
        return {"epoch": epochs[name], **calibration(_softmax(scores[name]), labels)}

    return {"value.json": {name: attempt(partial(at, name)) for name in scores}}


def _softmax(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    values = np.asarray(scores, np.float64)
    shifted = np.exp(values - values.max(1, keepdims=True))
    total: NDArray[np.float64] = shifted / shifted.sum(1, keepdims=True)
    return total
