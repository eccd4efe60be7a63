"""The step that keeps a definition's exact text, as it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def quote(_: Workspace, *, source: str, file: str, line: int) -> Contents:
    """The text is a parameter, so that even a changed comment makes a new listing."""
    return {"value.json": {"source": source, "file": file, "line": line}}
