"""The step that separates two classes by a line in the plane of a t-SNE picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.analysis import NotMeasurable, separability

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def separate(_: Workspace, *, embedding: Artifact, data: Artifact) -> Contents:
    """The line that separates the picture's two classes best, and what lies on its wrong side."""
    points = embedding.array("points.npy")
    if not len(points):
        return {"value.json": {"line": None, "summary": None}}
    try:
        line = separability.in_plane(points, data.array("validation_labels.npy"))
    except NotMeasurable:
        return {"value.json": {"line": None, "summary": None}}
    summary = {
        "accuracy": line["accuracy"],
        "misplaced": len(line["misplaced"]),
        "samples": line["samples"],
    }
    return {"value.json": {"line": line, "summary": summary}}
