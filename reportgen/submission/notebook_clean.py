"""A notebook without what its tools wrote into it: paths, accounts, the state of widgets."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

# All that a notebook needs to open and run elsewhere. What isn't known to be needed goes: papermill
# keeps absolute paths, Colab the name and account of who ran a cell, VS Code its interpreter.
_NOTEBOOK = {"kernelspec", "language_info", "accelerator", "reportgen"}
_CELL = {"tags", "reportgen"}
_VENDORS = ("application/vnd.google.", "application/vnd.jupyter.widget-view+json")


def clean(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of a valid notebook (nbformat 4) with its metadata reduced to what it needs.

    Sources, results and their order stay as they are. Of an output, only Colab's own forms and
    views of widgets are dropped (they show nothing without the state kept in the metadata), where
    another form of the same output is there.
    """
    cleaned = deepcopy(notebook)
    cleaned["metadata"] = _kept(cleaned["metadata"], _NOTEBOOK)
    for cell in cleaned["cells"]:
        cell["metadata"] = _kept(cell["metadata"], _CELL)
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output["metadata"] = _sizes(output["metadata"])
            if "data" in output:
                output["data"] = _portable(output["data"])
    return cleaned


def _kept(metadata: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key in keys}


def _sizes(metadata: dict[str, Any]) -> dict[str, Any]:
    """What stands under a MIME type: how large a picture is shown."""
    return {key: value for key, value in metadata.items() if key.startswith("image/")}


def _portable(data: dict[str, Any]) -> dict[str, Any]:
    portable = {kind: value for kind, value in data.items() if not kind.startswith(_VENDORS)}
    return portable or data
