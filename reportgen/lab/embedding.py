"""The step that pictures one layer's activations in the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analysis import NotMeasurable
from reportgen.lab.device import use
from reportgen.learning.tsne import check, tsne

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def embed(
    _: Workspace, *, activations: Artifact, layer: str, perplexity: float, seed: int, device: str
) -> Contents:
    """The t-SNE of ``layer``: ``points.npy`` (N, 2), or the reason why there is none."""
    features = activations.array(f"{layer}.npy")
    try:
        check(features, perplexity)
    except NotMeasurable as outcome:
        value: dict[str, Any] = {
            "samples": len(features),
            "kl_divergence": None,
            "left_out": outcome.reason,
        }
        return {"points.npy": np.zeros((0, 2), np.float32), "value.json": value}
    points, divergence = tsne(features, perplexity, seed, use(device))
    value = {"samples": len(features), "kl_divergence": divergence, "left_out": None}
    return {"points.npy": points, "value.json": value}
