"""The step that asks where a network looked when it was wrong and most sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analysis.confusion import surest_mistakes
from reportgen.lab.device import use
from reportgen.lab.restored import restored
from reportgen.learning.gradcam import grad_cam

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
    model, preprocess = restored(training, network, arguments, crop)
    maps = grad_cam(
        model,
        np.asarray(data.array("validation_images.npy")[rows]),
        predicted[rows].tolist(),
        preprocess,
        device=place,
    )
    return {"rows.npy": rows, "maps.npy": maps}
