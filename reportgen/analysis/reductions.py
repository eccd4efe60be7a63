"""What smaller networks save and what they cost, against the one that they reduce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

TOLERANCE = 0.005
"""The loss of accuracy (a fraction) up to which a smaller network is recommended."""


class Reduced(TypedDict):
    """One network; ``reduction`` and ``penalty`` are fractions, against the reference.

    A negative penalty is a gain.
    """

    parameters: int
    accuracy: float
    reduction: float
    penalty: float


def against(
    reference: tuple[int, float], reduced: Mapping[str, tuple[int, float]]
) -> dict[str, Reduced]:
    """Each network by name, (parameters, accuracy), against the reference."""
    size, accuracy = reference
    return {
        name: Reduced(
            parameters=parameters,
            accuracy=reached,
            reduction=1 - parameters / size,
            penalty=accuracy - reached,
        )
        for name, (parameters, reached) in reduced.items()
    }


def recommended(reduced: Mapping[str, Reduced]) -> str | None:
    """The smallest network, smaller than the reference, that loses at most ``TOLERANCE``.

    The comparison allows for rounding: 99.0 % against 98.5 % is within half a point.
    """
    within = {
        name: one
        for name, one in reduced.items()
        if one["penalty"] <= TOLERANCE + 1e-9 and one["reduction"] > 0
    }
    return min(within, key=lambda name: within[name]["parameters"], default=None)
