from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from experiments.drafts.reduction import reduction

SIMPLE = [
    {"layer": "conv1", "kind": "convolution", "parameters": 320},
    {"layer": "conv2", "kind": "convolution", "parameters": 18_496},
    {"layer": "fc1", "kind": "dense", "parameters": 401_536},
    {"layer": "fc2", "kind": "dense", "parameters": 1_290},
]
TOTAL = 421_642


def draft(rows: list[dict[str, Any]] = SIMPLE, total: int = TOTAL, **kwargs: Any) -> str:
    return "\n".join(reduction(rows, total, **kwargs))


def layers(convolution: int, dense: int) -> list[dict[str, Any]]:
    return [
        {"layer": "conv", "kind": "convolution", "parameters": convolution},
        {"layer": "fc", "kind": "dense", "parameters": dense},
    ]


def pure(purity: float | None) -> dict[str, Any]:
    return {"quality": {"neighbour_purity": purity}}


def test_where_the_features_and_the_parameters_are() -> None:
    text = draft()

    assert "capas convolucionales (conv1 y conv2), con 18.816 parámetros (el 4,46\xa0%" in text
    assert "Las capas densas (fc1 y fc2), con 402.826 parámetros (el 95,54\xa0%" in text
    assert "en la capa convolucional (conv)" in draft(layers(5, 95), 100)
    assert "La capa densa (fc), con 95 parámetros (el 95,00\xa0% del total), combina" in draft(
        layers(5, 95), 100
    )


def test_global_pooling_is_proposed_with_the_parameters_it_leaves() -> None:
    text = draft(flattened=3136, channels=64)

    assert "se propone sustituir el aplanado por el promedio global de cada canal" in text
    assert "recibiría 64 valores en lugar de 3136 y pasaría de 401.536 a 8320 parámetros" in text
    assert "de 421.642 a 28.426, un 93,26\xa0% menos" in text


def test_nothing_is_claimed_on_an_accuracy_that_nobody_measured() -> None:
    for text in (draft(), draft(flattened=3136, channels=64), draft(layers(90, 10), 100)):
        assert "La penalización en la precisión no se ha medido" in text
        assert len(re.findall("precisión", text)) == 1


def test_where_smaller_networks_were_trained_the_proposal_is_theirs() -> None:
    for text in (
        draft(flattened=3136, channels=64, trained=True),
        draft(trained=True),
        draft(layers(90, 10), 100, trained=True),
    ):
        assert "Para reducir la complejidad cabe " in text
        assert "propone" not in text
        assert text.endswith("se ha medido entrenándola, como sigue.")
        assert "no se ha medido" not in text


def test_without_the_sizes_the_largest_dense_layer_is_proposed() -> None:
    sizes: dict[str, Any]
    for sizes in ({}, {"flattened": 3136}, {"channels": 64}):
        text = draft(SIMPLE, TOTAL, **sizes)
        assert "las unidades de la capa densa con más parámetros, fc1" in text
    # pooling would spare nothing where a channel has one value
    assert "promedio global" not in draft(flattened=64, channels=64)
    # a flattened size that doesn't belong to this layer gives no number
    assert "promedio global" not in draft(flattened=3000, channels=64)


def _dense(parameters: int) -> dict[str, Any]:
    return {"layer": "out", "kind": "dense", "parameters": parameters}


@pytest.mark.parametrize(("total", "said"), [(2000, True), (2001, False)])
def test_pooling_is_proposed_where_it_saves_a_tenth(total: int, said: bool) -> None:
    # 10 units that take 40 values and a bias: of 410 parameters 20 channels would spare 200
    rows = [*layers(410, 410), _dense(total - 820)]

    assert ("promedio global" in draft(rows, total, flattened=40, channels=20)) is said


def test_a_dense_layer_without_bias() -> None:
    text = draft(layers(100, 400), 500, flattened=40, channels=20)

    assert "pasaría de 400 a 200 parámetros" in text


def test_fewer_channels_where_the_convolutions_hold_most() -> None:
    assert "disminuir los canales de la convolución con más parámetros, conv" in draft(
        layers(51, 49), 100, flattened=6, channels=2
    )
    assert "unidades de la capa densa" in draft(layers(50, 50), 100)


@pytest.mark.parametrize(("purity", "said"), [(0.9, True), (0.899, False), (None, False)])
def test_classes_apart_before_the_dense_layers(purity: float | None, said: bool) -> None:
    assert ("antes de las capas densas" in draft(convolved=pure(purity))) is said
    assert "antes de las capas densas" not in draft(convolved=pure(math.nan))


def test_a_network_without_one_kind_gets_no_sentence() -> None:
    assert reduction(SIMPLE[:2], 18_816) == []
    assert reduction(SIMPLE[2:], 402_826) == []
    assert reduction([], 0) == []


def test_200_random_networks_support_every_number_printed_of_them() -> None:
    kinds: set[str] = set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        channels, side = int(rng.integers(4, 300)), int(rng.integers(1, 9))
        units, classes, bias = int(rng.integers(1, 600)), 10, int(rng.integers(0, 2))
        flattened = channels * side**2
        convolution = int(10 ** rng.uniform(1, 6))
        rows = [
            *layers(convolution, units * (flattened + bias)),
            _dense(classes * (units + bias)),
        ]
        total = sum(row["parameters"] for row in rows)
        text = draft(rows, total, flattened=flattened, channels=channels)
        dense = total - convolution
        shares = re.findall(r"el ([\d,]+)\xa0% del total", text)
        assert [float(share.replace(",", ".")) for share in shares[:2]] == pytest.approx(
            [100 * convolution / total, 100 * dense / total], abs=0.0051
        )
        if match := re.search(r"red, de ([\d.]+) a ([\d.]+), un ([\d,]+)", text):
            kinds.add("pooling")
            before, after = (int(number.replace(".", "")) for number in match.groups()[:2])
            smaller = convolution + units * (channels + bias) + classes * (units + bias)
            assert (before, after) == (total, smaller)
            assert float(match[3].replace(",", ".")) == pytest.approx(
                100 * (1 - smaller / total), abs=0.0051
            )
            assert dense >= 0.5 * total
        elif "disminuir los canales" in text:
            kinds.add("channels")
            assert dense < 0.5 * total
        else:
            kinds.add("units")
            largest = max(rows[1:], key=lambda row: row["parameters"])
            assert f"con más parámetros, {largest['layer']}" in text

    assert kinds == {"pooling", "channels", "units"}
