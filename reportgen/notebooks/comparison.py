"""Whether a notebook's numbers are the report's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TOLERANCE = 1e-6
"""Of every number that isn't a count."""


def printed(text: str) -> dict[str, Any]:
    """The numbers in a summary's lines ``name = JSON``."""
    pairs = [line.partition(" = ") for line in text.splitlines()]
    return {name: json.loads(value) for name, equals, value in pairs if equals}


def differences(expected: Any, found: Any, where: str = "") -> list[str]:
    """What isn't as expected, in words; counts must be equal, measures within the tolerance."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        lines = []
        for name in dict.fromkeys([*expected, *found]):
            place = f"{where}.{name}" if where else str(name)
            lines += differences(expected.get(name), found.get(name), place)
        return lines
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for n, pair in pairs for line in differences(*pair, f"{where}[{n}]")]
    if isinstance(expected, float) and isinstance(found, int | float):
        return [] if abs(expected - found) <= TOLERANCE else [_line(where, expected, found)]
    return [] if expected == found else [_line(where, expected, found)]


def _line(where: str, expected: Any, found: Any) -> str:
    return f"{where} is {found!r}, in the report {expected!r}"
