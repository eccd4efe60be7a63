from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from experiments.drafts.tsne import tsne, tsne_compared

PAIRS = [("4", "9"), ("3", "5"), ("7", "9")]


def embedding(
    silhouette: float | None = 0.5,
    purity: float | None = 0.9,
    ratio: float | None = 0.4,
    *,
    trust: float | None = 0.98,
    samples: int = 2000,
    perplexity: float = 30.0,
    classes: int = 10,
) -> dict[str, Any]:
    closest = [{"first": a, "second": b, "distance": 1.0} for a, b in PAIRS]
    return {
        "layer": "fc",
        "samples": samples,
        "perplexity": perplexity,
        "quality": {
            "silhouette": silhouette,
            "neighbour_purity": purity,
            "ratio": ratio,
            "trustworthiness": trust,
            "dispersion": [1.0] * classes,
            "closest": closest,
        },
    }


def draft(final: dict[str, Any], other: dict[str, Any], accuracy: float | None = None) -> str:
    return "\n".join(tsne(final, other, accuracy=accuracy))


def test_a_final_layer_that_separates_better() -> None:
    text = draft(embedding(0.62, 0.981, 0.21), embedding(0.41, 0.955, 0.38), 0.9913)

    assert "es de 0,62 en la capa final y de 0,41 en la capa intermedia: los clústeres" in text
    assert "se distinguen mejor en la capa final que en la capa intermedia" in text
    assert text.startswith("La silueta media")
    assert "El 98,10\xa0% de los vecinos" in text
    assert "frente al 95,50\xa0%" in text
    assert "al 21,0\xa0% de la distancia media entre sus centroides en la capa final" in text
    assert "son más compactas en la capa final" in text
    assert (
        "la representación de la capa final separa mejor las clases que la de la capa int" in text
    )
    assert "próxima a la precisión de la red (99,13\xa0%)" in text
    assert "«4»–«9», «3»–«5» y «7»–«9»" in text


def test_a_final_layer_that_separates_worse() -> None:
    text = draft(embedding(0.3, 0.8, 0.9), embedding(0.5, 0.9, 0.4))

    assert "mejor en la capa intermedia que en la capa final" in text
    assert "más compactas en la capa intermedia" in text
    assert "la representación de la capa intermedia separa mejor" in text


def test_layers_alike() -> None:
    text = draft(embedding(0.5, 0.9, 0.4), embedding(0.5, 0.9, 0.4))

    assert "ambas representaciones separan las clases de forma parecida" in text
    assert "mejor" not in text
    assert "más compactas" not in text


def test_measures_that_agree_only_in_part_say_so() -> None:
    one = draft(embedding(0.5, 0.92, 0.4), embedding(0.51, 0.9, 0.4))
    two = draft(embedding(0.5, 0.9, 0.4), embedding(0.51, 0.92, 0.2))
    of_two = draft(embedding(0.5, 0.92, None), embedding(0.51, 0.9, None))

    assert "De estas tres medidas, solo una distingue" in one
    assert "y favorece a la de la capa final" in one
    assert "Dos de las tres medidas favorecen a la representación de la capa intermedia" in two
    assert "De estas dos medidas, solo una" in of_two
    for text in (one, two, of_two):
        assert "separa mejor" not in text


def test_measures_that_disagree_get_no_verdict() -> None:
    text = draft(embedding(silhouette=0.7, purity=0.8), embedding(silhouette=0.5, purity=0.9))

    assert "no coinciden en qué representación" in text
    assert "En conjunto" not in text


@pytest.mark.parametrize(
    ("measure", "less", "more"),
    [("silhouette", 0.049, 0.051), ("purity", 0.0099, 0.0101), ("ratio", -0.039, -0.041)],
)
def test_a_difference_is_said_from_its_threshold_on(measure: str, less: float, more: float) -> None:
    base: dict[str, Any] = {"silhouette": 0.5, "purity": 0.9, "ratio": 0.4}

    def compared(change: float) -> str:
        return draft(embedding(**(base | {measure: base[measure] + change})), embedding(**base))

    assert "de forma parecida" in compared(less)
    assert "y favorece a la de la capa final" in compared(more)


@pytest.mark.parametrize(
    ("purity", "said"),
    [
        (0.9, "es próxima a la precisión de la red (91,00\xa0%)"),
        (0.88, "queda 3,00\xa0puntos por debajo de la precisión de la red"),
        (0.92, "alcanza la precisión de la red"),
        (0.95, "supera en 4,00\xa0puntos la precisión de la red"),
    ],
)
def test_purity_is_related_to_the_accuracy(purity: float, said: str) -> None:
    assert said in draft(embedding(purity=purity), embedding(), 0.91)
    assert "precisión" not in draft(embedding(purity=purity), embedding())
    assert "precisión" not in draft(embedding(purity=purity), embedding(), math.nan)


@pytest.mark.parametrize(
    ("silhouette", "said"),
    [
        (0.50, "los clústeres separan las clases casi tan bien como el clasificador"),
        (0.49, None),
        (0.26, None),
        (0.25, "una silueta de 0,25 indica que las clases no forman clústeres bien separados"),
        (-0.1, "una silueta de −0,10 indica que las clases no forman clústeres bien separados"),
        (None, None),
    ],
)
def test_only_where_clusters_show_they_are_said_to_separate(
    silhouette: float | None, said: str | None
) -> None:
    text = draft(embedding(silhouette, 0.9), embedding(silhouette), 0.905)
    for phrase in ("los clústeres separan las clases", "no forman clústeres bien separados"):
        assert (phrase in text) == (said is not None and phrase in said)
    assert said is None or said in text


def test_measures_that_were_left_out_are_left_out() -> None:
    assert tsne(None, embedding()) == []
    assert tsne(embedding(), None) == []
    only = draft(embedding(0.6, None, None), embedding(0.4, 0.9, 0.4), 0.9)
    assert "silueta" in only
    assert not re.search("vecinos|dispersión|En conjunto", only)
    assert "silueta" not in draft(embedding(math.nan), embedding())
    assert tsne(embedding() | {"quality": None}, embedding()) == []


def test_closest_clusters_need_more_than_three_classes() -> None:
    assert "más próximos entre sí" in draft(embedding(classes=4), embedding())
    assert "más próximos entre sí" not in draft(embedding(classes=3), embedding())


def test_a_comparison_under_other_settings_says_so() -> None:
    text = draft(embedding(samples=1000, perplexity=12.5), embedding())

    assert "distinto número de muestras (1000 y 2000) y distinta perplejidad (12,5 y 30)" in text
    assert "distint" not in draft(embedding(), embedding())


def test_a_picture_not_to_be_trusted() -> None:
    assert "fidelidad de 0,85 sobre 1" in draft(embedding(), embedding(trust=0.85))
    assert "El gráfico de la capa intermedia" in draft(embedding(), embedding(trust=0.85))
    assert "fidelidad" not in draft(embedding(trust=0.9), embedding(trust=None))


def test_two_data_sets() -> None:
    low, high = embedding(0.1, 0.6, 0.8), embedding(0.6, 0.98, 0.2)
    text = "\n".join(tsne_compared(low, high, names=("CIFAR-10", "MNIST"), accuracy=0.72))

    assert "de 0,10 en CIFAR-10 y de 0,60 en MNIST" in text
    assert "la representación de MNIST separa mejor las clases que la de CIFAR-10" in text
    assert "queda 12,00\xa0puntos por debajo de la precisión de la red (72,00\xa0%)" in text
    assert "en estos datos" in "\n".join(tsne_compared(low, high))


def test_a_silhouette_about_zero_has_no_sign() -> None:
    assert "es de 0,00 en" in draft(embedding(-0.001), embedding())
    assert "es de −0,12 en" in draft(embedding(-0.12), embedding())


def test_200_random_pairs_support_every_sentence_printed_of_them() -> None:
    kinds: set[str] = set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        near = seed % 2
        ours = rng.uniform([-0.2, 0.1, 0.1], [0.8, 1.0, 2.0])
        theirs = ours + rng.normal(0, [0.02, 0.004, 0.01]) if near else rng.permuted(ours)
        accuracy = float(np.clip(ours[1] + rng.normal(0, 0.02), 0, 1))
        text = draft(embedding(*ours.tolist()), embedding(*theirs.tolist()), accuracy)
        kinds |= check(ours, theirs, accuracy, text)

    assert kinds >= {
        *("final: silhouette", "intermediate: silhouette", "final: compact"),
        *("intermediate: compact", "final: together", "intermediate: together", "alike"),
        *("final: in part", "intermediate: in part"),
        *(
            "as well as the classifier",
            "no clusters",
            "disagree",
            "accuracy near",
            "accuracy above",
            "accuracy below",
            "accuracy reached",
        ),
    }


def check(ours: np.ndarray, theirs: np.ndarray, accuracy: float, text: str) -> set[str]:
    """Asserts every claim; returns the kinds of claims that were made."""
    kinds = set()
    better = {  # by how much the final layer leads; the ratio is better where it is smaller
        "silhouette": ours[0] - theirs[0],
        "purity": ours[1] - theirs[1],
        "compact": theirs[2] - ours[2],
    }
    for layer, sign in (("final", 1), ("intermedia", -1)):
        name = "final" if sign == 1 else "intermediate"
        if f"se distinguen mejor en la capa {layer}" in text:
            kinds.add(f"{name}: silhouette")
            assert sign * better["silhouette"] > 0.0499
        if f"más compactas en la capa {layer}" in text:
            kinds.add(f"{name}: compact")
            assert sign * better["compact"] > 0.0999 * max(ours[2], theirs[2])
        if f"la representación de la capa {layer} separa mejor" in text:
            kinds.add(f"{name}: together")
            assert sign * better["silhouette"] > 0.0499
            assert sign * better["purity"] > 0.0099
            assert sign * better["compact"] > 0.0999 * max(ours[2], theirs[2])
        if re.search(f"favorecen? a la (representación )?de la capa {layer}", text):
            kinds.add(f"{name}: in part")
            assert sign * better["silhouette"] > -0.0501
            assert sign * better["purity"] > -0.0101
            assert sign * better["compact"] > -0.1001 * max(ours[2], theirs[2])
    if "tan bien como el clasificador" in text:
        kinds.add("as well as the classifier")
        assert ours[0] >= 0.4999
    if "no forman clústeres" in text:
        kinds.add("no clusters")
        assert ours[0] <= 0.2501
    if "de forma parecida" in text:
        kinds.add("alike")
        assert abs(better["silhouette"]) < 0.0501
        assert abs(better["purity"]) < 0.0101
        assert "mejor" not in text
    if "no coinciden" in text:
        kinds.add("disagree")
        assert len({value > 0 for value in better.values()}) == 2
        assert "En conjunto" not in text
    for phrase, kind, low, high in (
        ("es próxima a la precisión", "accuracy near", 0, 0.0201),
        ("por debajo de la precisión", "accuracy above", 0.0199, 1),
        ("alcanza la precisión", "accuracy reached", -0.0201, 0),
        ("la precisión de la red (", "accuracy", -1, 1),
        ("puntos la precisión", "accuracy below", -1, -0.0199),
    ):
        if phrase in text:
            kinds.add(kind)
            assert low <= accuracy - ours[1] <= high
    assert "accuracy" in kinds
    return kinds
