"""The steps that draw trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.figures import curves as trainings
from reportgen.lab.drawing import stored

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


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
