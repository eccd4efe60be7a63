"""Which numbers of a Spanish text could be measurements, and how they are read."""

from __future__ import annotations

import pytest

from reportgen.report.numerals import Numeral, Unit, numerals


def _only(text: str) -> Numeral:
    (found,) = numerals(text)
    return found


@pytest.mark.parametrize(
    ("text", "value", "step", "unit"),
    [
        ("del 98,97 % en", 98.97, 0.01, Unit.PERCENT),
        ("del 98,97\N{NO-BREAK SPACE}% en", 98.97, 0.01, Unit.PERCENT),
        ("del 98,97%.", 98.97, 0.01, Unit.PERCENT),
        ("del 98.97 % en", 98.97, 0.01, Unit.PERCENT),
        ("un 1.5 % de", 1.5, 0.1, Unit.PERCENT),
        ("el 7 por ciento de", 7, 1, Unit.PERCENT),
        ("una pérdida de 0,89.", 0.89, 0.01, Unit.NONE),
        ("una pérdida de 0.934, y", 0.934, 0.001, Unit.NONE),
        ("silueta de −0,15", -0.15, 0.01, Unit.NONE),
        ("(-0,15)", -0.15, 0.01, Unit.NONE),
        ("421.642 parámetros", 421_642, 1, Unit.COUNT),
        ("23.272.266 de parámetros", 23_272_266, 1, Unit.COUNT),
        ("54 000 muestras", 54_000, 1, Unit.COUNT),
        ("23,3 millones de parámetros", 23.3e6, 1e5, Unit.COUNT),
        ("60 mil imágenes", 60_000, 1000, Unit.COUNT),
        ("8 casos", 8, 1, Unit.COUNT),
        ("en la época 7:", 7, 1, Unit.EPOCH),
        ("sube 1,25 puntos porcentuales", 1.25, 0.01, Unit.POINTS),
        ("unos valores. 1.234,5 es", 1234.5, 0.1, Unit.NONE),
        ("hay 2026 imágenes", 2026, 1, Unit.COUNT),
    ],
)
def test_a_number_is_read_with_its_digits_and_unit(
    text: str, value: float, step: float, unit: Unit
) -> None:
    found = _only(text)
    assert found.value == pytest.approx(value)
    assert found.step == pytest.approx(step)
    assert found.unit is unit
    assert text[found.start :].startswith(found.text)


@pytest.mark.parametrize(
    "text",
    [
        "en el curso 2026",
        "la sección 1.1 y el 1.2",
        "la figura 12, las tablas 3 y 4",
        "la pág. 1234",
        "según [1999] y [1234]",
        "la palabra «1234»",
        "Python 3.11, v. 2.13.0 y 10.0.0.1",
        "el 24/11/2026 a las 10:30",
        "el 1.º y la 2.ª",
        "conv1, resnet18 y Net-5000",
        "imágenes de 1024 × 768 píxeles",
        "más del 90 %, casi un 97,5 %, en torno a 0,57",
        "entre el 90,5 y el 95,5 %",
        "≈ 0,57, < 0,05 y ± 0,12",
        "unas 1200 imágenes",
        "tarda 1,25 veces más, 3,25 s o 1500 segundos",
        "los dígitos 4 y 9, la clase «7»",
    ],
)
def test_what_is_no_measurement_is_left_out(text: str) -> None:
    assert [one.text for one in numerals(text) if one.is_precise] == []


@pytest.mark.parametrize(
    ("text", "precise"),
    [
        ("93 %", True),
        ("50 %", False),
        ("75 %", False),
        ("50,0 %", True),
        ("0,57", True),
        ("0,5", False),
        ("12", False),
        ("1200", True),
    ],
)
def test_a_round_number_is_said_not_measured(text: str, precise: bool) -> None:
    assert _only(text).is_precise == precise


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("98,97 %", 98.9749, True),
        ("98,97 %", 98.9751, False),
        ("98,97 %", 98.9651, True),
        ("98,97 %", 98.9649, False),
        ("99 %", 98.97, True),
        ("98 %", 98.97, False),
        ("0,125", 0.1245, True),
        ("23,3 millones", 23_272_266, True),
        ("23,2 millones", 23_272_266, False),
        ("421.642", 421_642, True),
        ("421.643", 421_642, False),
    ],
)
def test_a_number_agrees_with_what_rounds_to_it(text: str, value: float, agrees: bool) -> None:
    assert _only(text).agrees_with(value) == agrees
