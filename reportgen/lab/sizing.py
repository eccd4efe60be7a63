"""The step that counts a network's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportgen.learning.inference import trainable_parameters
from reportgen.references import resolve

if TYPE_CHECKING:
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


_KINDS = {"Conv2d": "convolution", "Linear": "dense"}


def count(_: Workspace, *, network: str, arguments: dict[str, Any]) -> Contents:
    """Trainable parameters, in all and by layer."""
    layers = [
        {**layer, "kind": _KINDS.get(layer["kind"], layer["kind"])}
        for layer in trainable_parameters(resolve(network)(**arguments))
    ]
    total = sum(layer["parameters"] for layer in layers)
    return {"value.json": {"trainable": total, "layers": layers}}
