from __future__ import annotations

from collections.abc import Callable

import pytest

from reportgen.figures.distances import class_distances
from reportgen.figures.drawing import Drawing
from reportgen.figures.pareto import pareto, pareto_front
from reportgen.figures.probes import probe_accuracy
from reportgen.figures.reliability import reliability

Texts = Callable[[Drawing], list[str]]
SPACE = "\u00a0"


def test_probes_show_accuracy_and_share_of_each_layer(texts: Texts) -> None:
    drawing = probe_accuracy(["Entrada", "Conv", "Densa"], [0.9, 0.985, 0.98], [0, 100, 300])
    found = texts(drawing)
    assert {"Entrada", "Conv", "Densa"} <= set(found)
    for value in ("90,0", "98,5", "98,0", "0,0", "25,0", "75,0"):
        assert f"{value}{SPACE}%" in found
    assert drawing.alt == (
        f"Precisión de una sonda lineal en 3 capas: de 90,0{SPACE}% en Entrada a 98,0{SPACE}% en "
        f"Densa, con el máximo en Conv (98,5{SPACE}%); Densa tiene el 75,0{SPACE}% de los "
        "parámetros."
    )


def test_front_holds_what_no_other_network_beats() -> None:
    parameters, accuracy = [400, 100, 120, 20, 100], [0.99, 0.98, 0.98, 0.9, 0.97]
    assert pareto_front(parameters, accuracy) == [3, 1, 0]


def test_pareto_names_every_network_and_the_front(texts: Texts) -> None:
    names = ["Original", "Mitad", "Peor"]
    drawing = pareto(names, [421_642, 109_386, 500_000], [0.9922, 0.9911, 0.98])
    assert set(names) <= set(texts(drawing))
    assert drawing.alt == (
        "Parámetros y precisión de 3 redes; en el frente de Pareto: "
        f"Mitad (109.386, 99,11{SPACE}%) y Original (421.642, 99,22{SPACE}%)."
    )


def test_reliability_states_each_error(texts: Texts) -> None:
    bins = [
        {"low": 0.5, "high": 0.75, "samples": 10, "accuracy": 0.6},
        {"low": 0.75, "high": 1.0, "samples": 30, "accuracy": 0.8},
    ]
    measured = {"Época 10": {"error": 0.03, "bins": bins}, "Época 15": {"error": 0.1, "bins": bins}}
    drawing = reliability(measured)
    assert f"error de calibración: 3,00{SPACE}%" in texts(drawing)
    assert drawing.alt == (
        "Diagrama de fiabilidad; error de calibración esperado: "
        f"Época 10, 3,00{SPACE}%; Época 15, 10,00{SPACE}%."
    )


def test_distances_below_the_diagonal_and_dispersions_on_it(texts: Texts) -> None:
    drawing = class_distances(
        [[0, 2, 9], [2, 0, 5], [9, 5, 0]], [1.0, 3.5, 2.25], ["gato", "perro", "pez"]
    )
    numbers = [text for text in texts(drawing) if "," in text]
    assert sorted(numbers) == ["1,00", "2,00", "2,25", "3,50", "5,00", "9,00"]
    assert drawing.alt == (
        "Distancias entre los centroides de 3 clases; las más próximas son gato y perro (2,00) "
        "y la más dispersa es perro (3,50)."
    )


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 layers, 1 probes"):
        probe_accuracy(["a", "b"], [0.5], [1, 2])
    with pytest.raises(ValueError, match="0 names"):
        pareto([], [], [])
    with pytest.raises(ValueError, match="needs a calibration"):
        reliability({})
    with pytest.raises(ValueError, match="2 names"):
        class_distances([[0]], [1.0], ["a", "b"])
