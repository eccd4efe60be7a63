"""The step that measures how well the classes stand apart in a t-SNE picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.analysis import clusters

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def describe(
    _: Workspace,
    *,
    embedding: Artifact,
    activations: Artifact,
    data: Artifact,
    layer: str,
    module: str,
    perplexity: float,
    seed: int,
) -> Contents:
    """The embedding's record, with the measured quality of its clusters."""
    points, behind = embedding.array("points.npy"), activations.array(f"{layer}.npy")
    quality = None
    if len(points):
        quality = clusters.quality(
            points,
            data.array("validation_labels.npy"),
            data.json()["classes"],
            seed=seed,
            behind=behind,
        )
    record = {
        "layer": layer,
        "module": module,
        "features": behind.shape[1],
        "perplexity": perplexity,
        "quality": quality,
    }
    return {"value.json": record | embedding.json()}
