"""The step that draws."""

from __future__ import annotations

from toylib.style import COLOUR


def draw(_, *, scores):
    """A picture of the scores."""
    return {"figure.svg": f'<svg fill="{COLOUR}">{scores.json()}</svg>'}
