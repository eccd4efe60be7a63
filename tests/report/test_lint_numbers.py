"""Numbers typed by hand, held against the results of the test data."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from reportgen import spanish
from reportgen.findings import Finding
from reportgen.report.lint_numbers import number_findings
from tests.report.manuscripts import comment, manuscript


@pytest.fixture
def known(results: dict[str, Any]) -> dict[str, Any]:
    """The results with a few numbers that a test can write out."""
    changed = deepcopy(results)
    cnn = changed["simple_cnn"]
    cnn["parameters"]["trainable"] = 421_642
    cnn["best"] = {"epoch": 8, "validation_accuracy": 0.98974}
    cnn["history"][9] |= {"train_loss": 0.0312, "train_accuracy": 0.9991}
    cnn["history"][9]["validation_accuracy"] = 0.9866
    cnn["embeddings"]["final"]["quality"]["silhouette"] = 0.5653
    cnn["embeddings"]["final"]["quality"]["ratio"] = 0.2013
    cnn["confusion"]["pairs"][0]["count"] = 17
    cnn["confusion"]["matrix"][4] = [0, 3, 0, 0, 61, 2, 0, 0, 1, 4]
    cnn["drafts"]["reduction"] = [
        "Las convoluciones tienen 18.816 parámetros, el 4,46 % del total."
    ]
    changed["alexnet"]["parameters"]["trainable"] = 23_272_266
    return changed


def _check(folder: Path, results: dict[str, Any], body: str, section: str = "1.1") -> list[Finding]:
    return number_findings(manuscript(folder, results, uno=comment("uno", body, section=section)))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("del 98,97 %", "{{ simple_cnn.best.validation_accuracy | pct }}"),
        ("del 99,0 %", "{{ simple_cnn.best.validation_accuracy | pct(1) }}"),
        ("del 99 %", "{{ simple_cnn.best.validation_accuracy | pct(0) }}"),
        ("falla el 1,03 %", "{{ (1 - simple_cnn.best.validation_accuracy) | pct }}"),
        ("421.642 parámetros", "{{ simple_cnn.parameters.trainable | miles }}"),
        ("421642 parámetros", "{{ simple_cnn.parameters.trainable | miles }}"),
        ("0,42 millones de parámetros", "{{ simple_cnn.parameters.trainable | miles }}"),
        ("silueta de 0,57", "{{ simple_cnn.embeddings.final.quality.silhouette | num }}"),
        ("silueta de 0,565", "{{ simple_cnn.embeddings.final.quality.silhouette | num(3) }}"),
        ("pérdida de 0,031", "{{ simple_cnn.history[9].train_loss | num(3) }}"),
        ("el 20,1 % de su distancia", "{{ simple_cnn.embeddings.final.quality.ratio | pct(1) }}"),
        ("la época 8", "{{ simple_cnn.best.epoch }}"),
        ("17 casos", "{{ simple_cnn.confusion.pairs[0].count | miles }}"),
        (
            "0,31 puntos",
            "{{ (simple_cnn.best.validation_accuracy - "
            "simple_cnn.history[9].validation_accuracy) | puntos }}",
        ),
    ],
)
def test_a_number_that_a_result_agrees_with_could_be_its_expression(
    tmp_path: Path, known: dict[str, Any], text: str, expression: str
) -> None:
    (found,) = _check(tmp_path, known, f"\nSe llega a {text} al final.\n")
    assert found.code == "number-by-hand"
    assert expression in found.fix


@pytest.mark.parametrize(
    "text",
    [
        "del 98,79 %",
        "del 37,13 %",
        "de 0,9899",
        "421.624 parámetros",
        "0,55 millones de parámetros",
        "de 47,25 puntos",
        "la época 11",
    ],
)
def test_a_number_that_no_result_agrees_with_is_wrong(
    tmp_path: Path, known: dict[str, Any], text: str
) -> None:
    (found,) = _check(tmp_path, known, f"\nSe llega a {text} al final.\n")
    assert found.code == "number-disagrees"


def test_the_finding_names_the_place_and_the_nearest_result(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    (found,) = _check(tmp_path, known, "\nUna línea.\nLlega al **98,87** %, nada menos.\n")
    assert (Path(found.where).name, found.line, found.column) == ("uno.md", 9, 12)
    assert "simple_cnn" in found.message
    shown = spanish.percent(0.98974)
    assert f"{{{{ simple_cnn.best.validation_accuracy | pct }}}}, {shown}" in found.fix


def test_the_nearest_result_is_shown_as_its_expression_prints_it(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    (found,) = _check(tmp_path, known, "\nLlega al 98,3 %.\n")
    nearest = known["simple_cnn"]["history"][9]["validation_accuracy"]
    assert f"| pct(1) }}}}, {spanish.percent(nearest, 1)};" in found.fix


def test_the_nearest_result_is_none_that_was_derived(tmp_path: Path, known: dict[str, Any]) -> None:
    (found,) = _check(tmp_path, known, "\nSe falla el 1,04 % de las veces.\n")
    assert found.code == "number-disagrees"
    assert "(1 - " not in found.fix
    assert "the nearest is {{ simple_cnn." in found.fix


@pytest.mark.parametrize(
    "text",
    [
        "{{ simple_cnn.best.validation_accuracy | pct }}",
        "`98,79 %`",
        "más del 98 %",
        "un 50 %",
        "la época 3",
        "5 casos",
        "la figura 3, de 2026",
        "una tasa de 0,0015",
        "un 85,92 % de aciertos en su fila",
        "18.816, el 4,46 % de todos",
    ],
)
def test_what_is_no_claim_is_left_alone(tmp_path: Path, known: dict[str, Any], text: str) -> None:
    assert _check(tmp_path, known, f"\nSe llega a {text} al final.\n") == []


def test_numbers_are_held_against_the_experiments_that_a_comment_speaks_of(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    sentence = "\nTiene 23.272.266 parámetros{}.\n"
    (alone,) = _check(tmp_path, known, sentence.format(""))
    assert alone.code == "number-disagrees"
    (own,) = _check(tmp_path, known, sentence.format(""), section="1.2")
    assert own.code == "number-by-hand"
    cited = ", más que las {{ alexnet.best.epoch }}"
    (compared,) = _check(tmp_path, known, sentence.format(cited))
    assert "alexnet.parameters.trainable" in compared.fix


def test_the_offered_expression_prints_the_typed_number(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    from reportgen.report import environment

    folder = environment.Folders([tmp_path])
    env = environment.environment(folder, known)
    for text in ("98,97 %", "99,0 %", "1,03 %", "0,57", "0,565", "0,31 puntos"):
        (found,) = _check(tmp_path, known, f"\nUn valor, {text}.\n")
        offered = found.fix.removeprefix("write ").partition(" or ")[0]
        printed = env.from_string(offered).render().replace("\N{NO-BREAK SPACE}", " ")
        assert printed == text
