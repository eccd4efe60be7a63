"""The steps that draw t-SNE pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reportgen.figures import embedding as clouds
from reportgen.figures import thumbnails as tiles
from reportgen.lab.drawing import LEFT_OUT, stored

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


_MOST_TILES = 2000


def embeddings(_: Workspace, *, titles: list[str], **inputs: Artifact) -> Contents:
    """t-SNE pictures side by side; an embedding that wasn't measurable has no panel."""
    panels = []
    for number, title in enumerate(titles):
        points, data = inputs[f"points_{number}"], inputs[f"data_{number}"]
        if not points.array("points.npy").size:
            continue
        line = inputs[f"line_{number}"].json()["line"] if f"line_{number}" in inputs else None
        panels.append(
            clouds.Panel(
                np.asarray(points.array("points.npy")),
                np.asarray(data.array("validation_labels.npy")),
                data.json()["classes"],
                title,
                line,
            )
        )
    return stored(clouds.embeddings(panels)) if panels else LEFT_OUT


def thumbnails(_: Workspace, *, embedding: Artifact, data: Artifact) -> Contents:
    """A t-SNE picture made of the images themselves, at most 2,000 of them."""
    points = np.asarray(embedding.array("points.npy"))
    if not len(points):
        return LEFT_OUT
    chosen = np.linspace(0, len(points) - 1, min(len(points), _MOST_TILES)).astype(int)
    return stored(
        tiles.thumbnails(
            points[chosen],
            np.asarray(data.array("validation_images.npy")[chosen]),
            np.asarray(data.array("validation_labels.npy"))[chosen],
            data.json()["classes"],
        )
    )
