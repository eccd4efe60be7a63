"""The step that turns measurements into draft sentences, by the rules of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportgen.lab.filling import filled
from reportgen.references import resolve

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def draft(_: Workspace, *, rule: str, arguments: dict[str, Any], **inputs: Artifact) -> Contents:
    """Call ``rule`` (``"module:function"``) with the filled arguments; it gives sentences."""
    return {"value.json": resolve(rule)(**filled(arguments, inputs))}
