"""The step that tells where a training was going when it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.analysis import trends
from reportgen.lab.attempt import attempt

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def measure(_: Workspace, *, training: Artifact) -> Contents:
    """The slope of the validation loss over the last third, its minimum, the gap's course."""
    history = training.json("history.json")
    train, validation = (
        [one[f"{part}_loss"] for one in history] for part in ("train", "validation")
    )

    def trend() -> dict[str, object]:
        return {
            "loss": trends.last_third(validation),
            "minimum": trends.minimum(validation),
            "gap": trends.gap(train, validation),
        }

    return {"value.json": attempt(trend)}
