"""The steps that compare reduced networks, by what they measure and by how fast they answer."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import torch

from reportgen.analysis import reductions
from reportgen.lab.device import use
from reportgen.references import resolve

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace

_REPEATS = 7


def compare(_: Workspace, *, names: list[str], **inputs: Artifact) -> Contents:
    """Each network of ``names`` (``size_i``, ``training_i``) against the reference, the first."""
    measured = {
        name: (
            int(inputs[f"size_{i}"].json()["trainable"]),
            float(inputs[f"training_{i}"].json("best.json")["validation_accuracy"]),
        )
        for i, name in enumerate(names)
    }
    first, *others = names
    found = reductions.against(measured[first], {name: measured[name] for name in others})
    return {
        "value.json": {
            "parameters": measured[first][0],
            "accuracy": measured[first][1],
            "networks": found,
            "recommended": reductions.recommended(found),
        }
    }


def clock(
    workspace: Workspace,
    *,
    networks: dict[str, tuple[str, dict[str, Any]]],
    shape: list[int],
    images: int,
    device: str,
) -> Contents:
    """Time a forward pass of ``images`` images; the seconds are provenance, no measurement.

    The networks take turns, so that whatever slows the machine down slows all of them, and the
    median counts.
    """
    place = use(device)
    batch = torch.zeros(images, *shape, device=place).to(memory_format=torch.channels_last)
    models = {
        name: resolve(reference)(**arguments).to(place).to(memory_format=torch.channels_last).eval()
        for name, (reference, arguments) in networks.items()
    }
    spent: dict[str, list[float]] = {name: [] for name in models}
    with torch.inference_mode():
        for _ in range(_REPEATS):
            for name, model in models.items():
                begun = time.perf_counter()
                model(batch).sum().item()  # waits for the device
                spent[name].append(time.perf_counter() - begun)
    workspace.provenance["forward_seconds"] = {
        name: statistics.median(values) for name, values in spent.items()
    }
    return {"value.json": {"images": images}}
