"""Trees of results at the time of running: references replaced by what the steps left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact

REFERENCE = "$step"
"""``{"$step": input, "file": name, "path": […]}`` stands for a value that a step left; with
``"export"`` instead of a path, for a file that goes into the build folder under that name."""

_LEFT_OUT = object()  # for a file that a step couldn't make; the reason stands with its measure


def filled(tree: Any, inputs: Mapping[str, Artifact]) -> Any:
    """``tree`` with each reference replaced; files that a step left out are left out here too."""
    if not isinstance(tree, Mapping):
        return tree
    if REFERENCE in tree:
        return _value(tree, inputs[tree[REFERENCE]])
    items = {name: filled(item, inputs) for name, item in tree.items()}
    return {name: item for name, item in items.items() if item is not _LEFT_OUT}


def _value(reference: Mapping[str, Any], artifact: Artifact) -> Any:
    file = reference["file"]
    if file not in artifact.files:
        return _LEFT_OUT
    if "export" not in reference:
        value = artifact.json(file)
        for name in reference["path"]:
            value = value[name]
        return value
    if file.endswith(".svg"):
        return {"file": reference["export"], **artifact.json(file.replace(".svg", ".json"))}
    return reference["export"]
