"""Pieces of sentences that the rules share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reportgen.spanish import decimal, integer

Values = Mapping[str, Any]


def known(values: Values | None, name: str) -> float | None:
    """The number ``values[name]``; None where it is missing or not finite."""
    value = (values or {}).get(name)
    return float(value) if value is not None and math.isfinite(value) else None


def tidy(text: str) -> str:
    """``text`` on one line; the page escapes whatever means something to Markdown."""
    return " ".join(text.split())


def quoted(name: str) -> str:
    """A class's name as it stands in a sentence: ``«gato»``."""
    return f"«{tidy(name)}»"


def count(number: int, singular: str, plural: str) -> str:
    """``1 caso``, ``2 casos``."""
    return f"{integer(number)} {singular if number == 1 else plural}"


def signed(value: float, digits: int = 2) -> str:
    """A number that may be negative, without a ``−0,00``."""
    return decimal(round(value, digits) + 0.0, digits)


def capitalised(text: str) -> str:
    """``text`` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
