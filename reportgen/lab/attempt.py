"""Measures that the samples may not allow, as steps store them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reportgen.analysis import NotMeasurable


def attempt(measure: Callable[[], Any]) -> dict[str, Any]:
    """The measure's value, or None and the reason (`reportgen.evidence.Measured`)."""
    try:
        return {"value": measure(), "left_out": None}
    except NotMeasurable as outcome:
        return {"value": None, "left_out": outcome.reason}
