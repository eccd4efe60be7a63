"""The steps that separate two classes linearly: in the t-SNE plane, and in the feature space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analysis import NotMeasurable, separability
from reportgen.lab.attempt import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def separate(_: Workspace, *, embedding: Artifact, data: Artifact) -> Contents:
    """The line that separates the picture's two classes best, and what lies on its wrong side."""

    def line() -> separability.Line:
        points = embedding.array("points.npy")
        if not len(points):
            raise NotMeasurable(embedding.json()["left_out"])
        return separability.in_plane(points, np.asarray(data.array("validation_labels.npy")))

    found = attempt(line)
    summary = found["value"] and _summary(found["value"])
    return {
        "value.json": {"line": found["value"], "summary": summary, "left_out": found["left_out"]}
    }


def separate_fully(
    _: Workspace, *, activations: Artifact, data: Artifact, layer: str, seed: int
) -> Contents:
    """The cross-validated separation in the layer itself."""

    def plane() -> dict[str, Any]:
        found = separability.in_full_space(
            np.asarray(activations.array(f"{layer}.npy")),
            np.asarray(data.array("validation_labels.npy")),
            seed=seed,
        )
        return {"folds": found["folds"], **_summary(found)}

    return {"value.json": attempt(plane)}


def _summary(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "accuracy": found["accuracy"],
        "misplaced": len(found["misplaced"]),
        "samples": found["samples"],
    }
