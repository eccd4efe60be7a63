"""The step that measures a layer's activations, and how picture and layer agree with the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportgen.analysis import NotMeasurable, clusters
from reportgen.analysis.centroids import agreement
from reportgen.lab.attempt import attempt

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def measure(
    _: Workspace,
    *,
    activations: Artifact,
    picture: Artifact,
    data: Artifact,
    confusion: Artifact,
    layer: str,
    seed: int,
) -> Contents:
    """The clusters in the activations themselves, and the rank correlation with the confusions."""
    behind = clusters.quality(
        activations.array(f"{layer}.npy"),
        data.array("validation_labels.npy"),
        data.json()["classes"],
        seed=seed,
        behind=None,
    )
    matrix = confusion.json()["matrix"]
    pictured = picture.json()

    def agrees(quality: Any, reason: str) -> float:
        if quality is None or quality["distances"] is None:
            raise NotMeasurable(quality["left_out"]["centroids"] if quality else reason)
        return agreement(quality["distances"], matrix)

    return {
        "value.json": {
            "activations": behind,
            "agreement": {
                "plane": attempt(lambda: agrees(pictured["quality"], pictured["left_out"])),
                "activations": attempt(lambda: agrees(behind, "")),
            },
        }
    }
