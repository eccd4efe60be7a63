"""The step that measures how concentrated a network's attention is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reportgen.analysis.attention import half_area
from reportgen.lab.attempt import attempt

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def measure(_: Workspace, *, looked: Artifact) -> Contents:
    """Of the maps that ``gradcam.look`` left."""
    maps = np.asarray(looked.array("maps.npy"))
    return {
        "value.json": {"images": len(maps), "half_area": attempt(lambda: half_area(maps))},
    }
