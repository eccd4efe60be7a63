"""What a template may do with a value."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reportgen.report.filters import FILTERS, printable
from reportgen.report.markdown import as_text

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("pct", 0.98966, f"98,97{SPACE}%"),
        ("num", 0.8949, "0,89"),
        ("miles", 421_642, "421.642"),
        ("miles", 1000.0, "1000"),
        ("puntos", 0.0125, f"1,25{SPACE}puntos"),
        ("fecha", "2026-11-24", "24 de noviembre de 2026"),
        ("fecha", "2026-11-24T10:00:00+00:00", "24 de noviembre de 2026"),
        ("duracion", 4.25, f"4,2{SPACE}s"),
        ("duracion", 200, f"3{SPACE}min{SPACE}20{SPACE}s"),
        ("duracion", 3900, f"1{SPACE}h{SPACE}5{SPACE}min"),
        ("lista", ["a", "b", "c"], "a, b y c"),
    ],
)
def test_a_filter_writes_spanish(name: str, value: Any, shown: str) -> None:
    assert FILTERS[name](value) == shown


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("pct", "0.9", "'pct' wants a number, not '0.9'"),
        ("pct", True, "'pct' wants a number"),
        ("pct", 3, "'pct' wants a share of 1, not 3"),
        ("num", None, "'num' wants a number"),
        ("miles", 1.5, "'miles' wants a whole number"),
        ("fecha", "ayer", "'fecha' wants a date"),
    ],
)
def test_a_filter_says_what_it_wants(name: str, value: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        FILTERS[name](value)


def test_a_comment_prints_no_number_without_a_format() -> None:
    with pytest.raises(TypeError, match=re.escape("write '| pct' behind a share of 1")):
        as_text(0.9686)
    assert as_text(3) == "3"
    assert as_text("0.9686") == r"0\.9686"


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], None, len, object()])
def test_only_single_values_are_printed(value: Any) -> None:
    with pytest.raises(TypeError):
        printable(value)
    assert printable(0.5) == 0.5
    assert printable("a") == "a"
