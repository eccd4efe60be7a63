"""Numbers that notebooks completed by hand print, held to the report's."""

from __future__ import annotations

import json

import pytest

from reportgen.submission.agreement import Reported, disagreements

REPORTED = {
    "simple_cnn": Reported(421_642, (0.9922,)),
    "alexnet": Reported(23_272_266, (0.7205,)),
    "transfer": Reported(11_177_538, (0.6862745, 0.9477124, 0.9607843)),
}


def found(name: str, *printed: str) -> list[str]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": [f"{t}\n"]} for t in printed]
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": outputs}
    content = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}).encode()
    return [finding.code for finding in disagreements(content, name, REPORTED)]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("1_practica.ipynb", "Total params: 421,642"),
        ("Copia de simple_cnn.ipynb", "parámetros entrenables: 421.642"),
        ("2_alexnet.ipynb", "The model has 23272266 trainable parameters"),
        ("3.ipynb", "11_177_538 parameters"),
        ("otro.ipynb", "23,272,266 params"),
        ("1.ipynb", "Best validation accuracy: 0.992 (epoch 8)"),
        ("1.ipynb", "mejor precisión: 99,22 % en la época 8"),
        ("1.ipynb", "Best acc 99.22"),
        ("transfer.ipynb", "Best val Acc: 0.960784"),
        ("3.ipynb", "Best val Acc: 0.95"),
        ("1.ipynb", "nada que comparar, 12345"),
        ("1.ipynb", "Params size (MB): 1"),
        ("1.ipynb", "Best epoch (accuracy): 8"),
    ],
)
def test_numbers_of_the_report_are_accepted(name: str, line: str) -> None:
    assert found(name, line) == []


@pytest.mark.parametrize(
    ("name", "line", "code"),
    [
        ("1_practica.ipynb", "Total params: 421,643", "parameters-differ"),
        ("2_alexnet.ipynb", "parámetros: 421.642", "parameters-differ"),
        ("otro.ipynb", "params 99999", "parameters-differ"),
        ("1.ipynb", "Best validation accuracy: 0.982", "accuracy-differs"),
        ("alexnet.ipynb", "mejor precisión: 99,22 %", "accuracy-differs"),
        ("3.ipynb", "Best val Acc: 0.953", "accuracy-differs"),
    ],
)
def test_other_numbers_are_named(name: str, line: str, code: str) -> None:
    assert found(name, line) == [code]


def test_one_right_number_among_several_is_enough() -> None:
    assert found("1.ipynb", "Total params: 421,642", "Trainable params: 400,000") == []


def test_what_is_no_notebook_says_nothing() -> None:
    assert list(disagreements(b"{", "1.ipynb", REPORTED)) == []
    assert list(disagreements(b"[1]", "1.ipynb", REPORTED)) == []
