"""The steps that draw the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reportgen.figures import attention as looks
from reportgen.figures import distances as spaces
from reportgen.figures import gallery
from reportgen.figures import pareto as fronts
from reportgen.figures import probes as depths
from reportgen.figures import reliability as diagrams
from reportgen.lab.drawing import LEFT_OUT, stored

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def calibration(_: Workspace, *, calibration: Artifact) -> Contents:
    """Reliability at the best and at the last epoch, which may be one."""
    found = [one["value"] for one in calibration.json().values()]
    best, last = found
    if best is None or last is None:
        return LEFT_OUT
    panels = {f"Mejor época ({best['epoch']})": best}
    if last["epoch"] != best["epoch"]:
        panels[f"Última época ({last['epoch']})"] = last
    return stored(diagrams.reliability(panels))


def distances(_: Workspace, *, measured: Artifact, data: Artifact) -> Contents:
    """Class distances, of a picture's record or of the activations behind it."""
    found = measured.json()
    quality = found["activations"] if "activations" in found else found["quality"]
    if quality is None or quality["distances"] is None:
        return LEFT_OUT
    classes = data.json()["classes"]
    return stored(spaces.class_distances(quality["distances"], quality["dispersion"], classes))


def misplaced(_: Workspace, *, line: Artifact, data: Artifact, title: str, count: int) -> Contents:
    """Up to ``count`` of the images on the wrong side of the line, the farthest from it first."""
    found = line.json()["line"]
    wrong = found["misplaced"] if found else []
    if not wrong:
        return LEFT_OUT
    chosen = wrong[:count]
    labels, classes = data.array("validation_labels.npy"), data.json()["classes"]
    images = np.asarray(data.array("validation_images.npy")[chosen])
    true = [classes[labels[i]] for i in chosen]
    return stored(gallery.misplaced(images, true, len(wrong), title))


def reductions(
    _: Workspace, *, reductions: Artifact, whole: str, titles: dict[str, str]
) -> Contents:
    """The whole network and its reductions, by size and accuracy."""
    found = reductions.json()
    networks = [found, *found["networks"].values()]
    names = [whole, *(titles[name] for name in found["networks"])]
    sizes = [one["parameters"] for one in networks]
    return stored(fronts.pareto(names, sizes, [one["accuracy"] for one in networks]))


def probes(_: Workspace, *, probes: Artifact) -> Contents:
    """Probe accuracy by depth, of the layers where it could be measured."""
    rows = [row for row in probes.json()["layers"] if row["probe"]["value"]]
    if not rows:
        return LEFT_OUT
    return stored(
        depths.probe_accuracy(
            [row["layer"] for row in rows],
            [row["probe"]["value"]["accuracy"] for row in rows],
            [row["parameters"] for row in rows],
        )
    )


def attention(_: Workspace, *, data: Artifact, looked: Artifact, predictions: Artifact) -> Contents:
    """The mistakes, and below each what spoke for the wrong class."""
    rows, maps = looked.array("rows.npy"), np.asarray(looked.array("maps.npy"))
    if not len(rows):
        return LEFT_OUT
    images = np.asarray(data.array("validation_images.npy")[rows])
    top, left = ((images.shape[axis] - maps.shape[axis]) // 2 for axis in (1, 2))
    classes = data.json()["classes"]
    true, predicted = (
        [classes[i] for i in predictions.array(f"{name}.npy")[rows]]
        for name in ("true", "predicted")
    )
    return stored(
        looks.attention(
            images[:, top : top + maps.shape[1], left : left + maps.shape[2]],
            maps,
            true,
            predicted,
            predictions.array("confidence.npy")[rows].tolist(),
        )
    )
