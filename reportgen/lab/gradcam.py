"""The step that asks where a network looked when it was wrong and most sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.torch import load_file

from reportgen.analysis.confusion import surest_mistakes
from reportgen.lab.device import use
from reportgen.learning.gradcam import grad_cam
from reportgen.learning.preprocess import Preprocess
from reportgen.references import resolve

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def look(
    _: Workspace,
    *,
    data: Artifact,
    training: Artifact,
    predictions: Artifact,
    network: str,
    arguments: dict[str, Any],
    normalisation: list[list[float]] | None,  # noqa: ARG001 - keyed; the training noted it
    crop: int | None,
    count: int,
    device: str,
) -> Contents:
    """``rows.npy``, the surest mistakes, and ``maps.npy`` (N, h, w), what spoke for each."""
    predicted = predictions.array("predicted.npy")
    rows = surest_mistakes(
        predictions.array("true.npy"), predicted, predictions.array("confidence.npy"), count
    )
    if not len(rows):
        return {"rows.npy": rows, "maps.npy": np.empty((0, 0, 0), np.float32)}
    place = use(device)
    model = resolve(network)(**arguments)
    model.load_state_dict(load_file(training.path("best.safetensors")))
    seen = training.json("normalisation.json")
    maps = grad_cam(
        model,
        np.asarray(data.array("validation_images.npy")[rows]),
        predicted[rows].tolist(),
        Preprocess(tuple(seen["mean"]), tuple(seen["std"]), crop),
        device=place,
    )
    return {"rows.npy": rows, "maps.npy": maps}
