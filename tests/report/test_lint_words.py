"""English and misspelt words in the prose of comments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.findings import Finding
from reportgen.report.lint_words import english_findings, spelling_findings
from reportgen.report.spelling import Speller, SpellingUnavailable
from tests.report.manuscripts import comment, manuscript


def _english(folder: Path, results: dict[str, Any], body: str) -> list[Finding]:
    return english_findings(manuscript(folder, results, uno=comment("uno", body)))


@pytest.mark.parametrize(
    ("text", "word", "meaning"),
    [
        ("La loss de validación", "loss", "pérdida"),
        ("El Overfitting crece", "Overfitting", "sobreajuste"),
        ("con batch\nsize de 128", "batch size", "tamaño de lote"),
        ("sin data augmentation.", "data augmentation", "aumento de datos"),
        ("el **fine-tuning**", "fine-tuning", "ajuste fino"),
        ("la capa de pooling", "pooling", "italics"),
        ("(the)", "the", "la"),
    ],
)
def test_an_english_word_is_found_with_its_spanish_name(
    tmp_path: Path, results: dict[str, Any], text: str, word: str, meaning: str
) -> None:
    (found,) = _english(tmp_path, results, f"\n{text} fin\n")
    assert (found.code, found.message) == ("english", f"{word!r} is English")
    assert meaning in found.fix
    assert (found.line, found.column) == (8, text.index(word.split()[0]) + 1)


@pytest.mark.parametrize(
    "text",
    [
        "La *loss* y la _data augmentation_ de `batch size`",
        "Véase [la curva](loss.svg) de {{ simple_cnn.history[0].train_loss | num }}",
        "train_loss, https://the.loss.org/layer y loss.py",
        "error, final, test, control, base, real, simple, has, red, once",
        "bloss, lossy y epochal",
        "un sobreajuste (overfitting) y el promedio global (global average pooling)",
    ],
)
def test_italics_code_and_spanish_words_are_left_alone(
    tmp_path: Path, results: dict[str, Any], text: str
) -> None:
    assert _english(tmp_path, results, f"\n{text}\n") == []


@pytest.fixture(scope="module")
def speller() -> Speller:
    try:
        return Speller.of_system()
    except SpellingUnavailable as reason:
        pytest.skip(str(reason))


def _spelling(folder: Path, results: dict[str, Any], body: str, speller: Speller) -> list[Finding]:
    return spelling_findings(manuscript(folder, results, uno=comment("uno", body)), speller)


def test_a_misspelt_word_is_found_once_with_a_suggestion(
    tmp_path: Path, results: dict[str, Any], speller: Speller
) -> None:
    body = "\nUna clasificacion, o clasificacion.\nClasificacion.\n"
    (found,) = _spelling(tmp_path, results, body, speller)
    assert (found.code, found.line, found.column) == ("spelling", 8, 5)
    assert "clasificacion" in found.message
    assert "clasificación" in found.fix


def test_right_words_names_and_terms_are_left_alone(
    tmp_path: Path, results: dict[str, Any], speller: Speller
) -> None:
    body = (
        "\nEl sobreajuste de AlexNet con PyTorch y Keras, según Krizhevsky: la t-SNE, la CNN.\n"
        "El pre-entrenamiento físico-químico de *xyzzy* y `qwerty`, y conv1, sin loss.\n"
        "Sobreajusta. La clase hymenoptera. ¿Época? «Precisión»\n"
    )
    assert _spelling(tmp_path, results, body, speller) == []


def test_the_words_of_the_results_are_known(
    tmp_path: Path, results: dict[str, Any], speller: Speller
) -> None:
    (found,) = _spelling(tmp_path, results, "\nDe las grompfas.\n", speller)
    assert "grompfas" in found.message
    named = {**results, "simple_cnn": {**results["simple_cnn"], "predictions": "Grompfas"}}
    assert _spelling(tmp_path, named, "\nDe las grompfas.\n", speller) == []


def test_a_name_s_capital_isn_t_one_at_the_beginning(
    tmp_path: Path, results: dict[str, Any], speller: Speller
) -> None:
    found = _spelling(tmp_path, results, "\nGrompfa. Y Grompfo. Grompfe es.\n", speller)
    assert [one.message.split("'")[1] for one in found] == ["Grompfa", "Grompfe"]


def test_without_a_dictionary_it_is_said_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hunspell")
    monkeypatch.setattr("reportgen.report.spelling._FOLDERS", (str(tmp_path),))
    monkeypatch.delenv("DICPATH", raising=False)
    with pytest.raises(SpellingUnavailable, match="hunspell-es"):
        Speller.of_system()


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "hunspell", None)
    with pytest.raises(SpellingUnavailable, match="pip install"):
        Speller.of_system()
