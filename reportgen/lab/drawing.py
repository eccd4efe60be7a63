"""The steps that draw: each leaves ``figure.svg`` and what the page must know of it.

A figure that its data don't allow is left out; the reason stands with the measure behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analysis.confusion import surest_mistakes
from reportgen.figures import confusion as confusions
from reportgen.figures import curves as trainings
from reportgen.figures import embedding as clouds
from reportgen.figures import gallery
from reportgen.figures import thumbnails as tiles

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace
    from reportgen.figures.drawing import Drawing

_MOST_TILES = 2000


def curves(_: Workspace, *, training: Artifact, after: int | None) -> Contents:
    """Loss and accuracy by epoch; behind a line, those after epoch ``after``."""
    run = _run("", training)
    return stored(trainings.curves(run.history, run.best_epoch, after))


def compared_curves(_: Workspace, *, titles: list[str], **inputs: Artifact) -> Contents:
    """The curves of several trainings on the same scales."""
    runs = [_run(title, inputs[f"training_{number}"]) for number, title in enumerate(titles)]
    return stored(trainings.compared_curves(runs))


def _run(title: str, training: Artifact) -> trainings.Run:
    best = training.json("best.json")["epoch"]
    return trainings.Run(title, training.json("history.json"), best)


def confusion_matrix(_: Workspace, *, confusion: Artifact) -> Contents:
    """The confusion matrix."""
    found = confusion.json()
    return stored(confusions.confusion_matrix(found["matrix"], found["classes"], found["pairs"]))


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


def mistakes(
    _: Workspace, *, data: Artifact, predictions: Artifact, count: int, title: str
) -> Contents:
    """The mistakes of which the network was most confident, if it made any."""
    true, predicted = predictions.array("true.npy"), predictions.array("predicted.npy")
    confidence = predictions.array("confidence.npy")
    chosen = surest_mistakes(true, predicted, confidence, count)
    if not len(chosen):
        return LEFT_OUT
    classes = data.json()["classes"]
    return stored(
        gallery.mistakes(
            np.asarray(data.array("validation_images.npy")[chosen]),
            [classes[i] for i in true[chosen]],
            [classes[i] for i in predicted[chosen]],
            confidence[chosen].tolist(),
            title,
        )
    )


LEFT_OUT: dict[str, Any] = {"figure.json": None}


def stored(drawing: Drawing) -> dict[str, Any]:
    about = {"alt": drawing.alt, "width": drawing.width, "height": drawing.height}
    return {"figure.svg": drawing.svg, "figure.json": about}
