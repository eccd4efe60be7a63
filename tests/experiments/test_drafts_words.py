from __future__ import annotations

import math

import pytest

from experiments.drafts.words import capitalised, count, known, quoted, signed


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 casos"), (1, "1 caso"), (2, "2 casos"), (12_345, "12.345 casos")]
)
def test_count_agrees_in_number(number: int, text: str) -> None:
    assert count(number, "caso", "casos") == text


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_only_finite_numbers_are_known(value: float | None) -> None:
    assert known({"a": value}, "a") is None
    assert known({"a": 0}, "a") == 0.0
    assert known({}, "a") is None
    assert known(None, "a") is None


def test_a_name_stays_on_its_line() -> None:
    assert quoted(" gato\n\n# montés ") == "«gato # montés»"


def test_signed_rounds_without_a_negative_zero() -> None:
    assert signed(-0.004) == "0,00"
    assert signed(-0.006) == "−0,01"


def test_capitalised_changes_the_first_letter_only() -> None:
    assert capitalised("el pre-entrenamiento con SVM") == "El pre-entrenamiento con SVM"
