"""What a step that draws leaves: ``figure.svg`` and what the page must know of it.

The steps stand in a module for each kind of figure, so that an edit of one doesn't draw all anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportgen.figures.drawing import Drawing

LEFT_OUT: dict[str, Any] = {"figure.json": None}
"""A figure that its data don't allow; the reason stands with the measure behind it."""


def stored(drawing: Drawing) -> dict[str, Any]:
    """The figure, and what the page must know of it."""
    about = {"alt": drawing.alt, "width": drawing.width, "height": drawing.height}
    return {"figure.svg": drawing.svg, "figure.json": about}
