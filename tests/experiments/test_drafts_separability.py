from __future__ import annotations

import math
import re
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from experiments.drafts.separability import NAMES, separability

KEYS = list(NAMES)


def alternative(right: int, misplaced: int | None, samples: int = 153) -> dict[str, Any]:
    line = misplaced is not None and {"accuracy": 1 - misplaced / samples, "samples": samples}
    return {"accuracy": right / samples, "separability": line or None}


def draft(*alternatives: dict[str, Any]) -> str:
    return "\n".join(separability(dict(zip(KEYS, alternatives, strict=False))))


def test_four_alternatives_with_their_numbers() -> None:
    text = draft(
        *(alternative(105, 52), alternative(145, 7), alternative(143, 9), alternative(146, 6))
    )

    assert "del 68,63\xa0% con el entrenamiento desde cero, del 94,77\xa0% con el pre" in text
    assert "y el ajuste fino con aumento de datos superan al entrenamiento desde cero en" in text
    assert "26,14\xa0puntos, 24,84\xa0puntos y 26,80\xa0puntos, respectivamente" in text
    assert "con y sin aumento de datos hay 1,96\xa0puntos de diferencia, dentro de" in text
    assert "52 de 153 muestras (33,99\xa0%) con el entrenamiento desde cero, 7 de 153" in text
    assert "En ninguna de las alternativas separa la recta" in text
    assert "es mejor con el ajuste fino con aumento de datos que con el entrenamiento" in text
    assert "La alternativa con menor precisión, el entrenamiento desde cero, es también" in text


def test_a_difference_is_said_beyond_two_standard_errors() -> None:
    # 80 against 67 of 100: 13 points, two standard errors are 12.3; 68: 12 points against 12.2
    assert "supera al entrenamiento desde cero en 13,00\xa0puntos" in draft(
        alternative(67, 0, 100), alternative(80, 0, 100)
    )
    assert "la precisión con el pre-entrenamiento con SVM no difiere más de" in draft(
        alternative(68, 0, 100), alternative(80, 0, 100)
    )


def test_pretraining_that_does_worse() -> None:
    text = draft(alternative(140, 0), alternative(60, 0), alternative(139, 0))

    assert "El pre-entrenamiento con SVM queda por debajo del entrenamiento desde cero en" in text
    assert "Frente al entrenamiento desde cero, la precisión con el ajuste fino sin" in text


@pytest.mark.parametrize(
    ("augmented", "said"),
    [
        (145, "El aumento de datos mejora el ajuste fino en 29,41\xa0puntos."),
        (60, "El aumento de datos empeora el ajuste fino en 26,14\xa0puntos."),
        (100, "El ajuste fino obtiene la misma precisión con y sin aumento de datos."),
        (101, "hay 0,65\xa0puntos de diferencia, dentro de"),
    ],
)
def test_augmentation(augmented: int, said: str) -> None:
    nothing = alternative(100, 50)

    assert said in draft(nothing, nothing, nothing, alternative(augmented, 50))


def test_perfectly_separable_alternatives_are_named() -> None:
    text = draft(alternative(105, 52), alternative(145, 0))

    assert "linealmente separables en el plano con el pre-entrenamiento con SVM." in text
    assert "En ninguna" not in text
    assert "0 de 153 muestras (0,00\xa0%)" in text


def test_two_alternatives_are_enough_to_compare() -> None:
    text = draft(alternative(105, 52), alternative(145, 7))

    assert "es mejor con el pre-entrenamiento con SVM que con el entrenamiento" in text
    assert "con menor precisión, el entrenamiento desde cero, es también" in text
    single = draft(alternative(105, 52))
    assert not re.search("En ninguna|es mejor|no superan|es también", single)
    # the lines differ clearly, the accuracies don't
    assert "es también" not in draft(alternative(140, 52), alternative(145, 7))


def test_alternatives_alike_are_not_ranked() -> None:
    text = draft(alternative(145, 8), alternative(145, 7), alternative(145, 7))

    assert "Las diferencias de separación lineal entre las alternativas no superan" in text
    assert "mejor" not in text
    assert "es también" not in text


@pytest.mark.parametrize(
    ("scratch", "said"),
    [
        (20, "Que la mejor separación sea la del entrenamiento desde cero no es lo que"),
        (23, "Que la mejor separación sea la del entrenamiento desde cero no es lo que"),
        (24, "su diferencia con el ajuste fino sin aumento de datos no supera la que explica"),
        (35, "su diferencia con el ajuste fino sin aumento de datos no supera la que explica"),
        (36, None),
        (60, None),
    ],
)
def test_an_untrained_start_that_is_separated_best_is_remarked(
    scratch: int, said: str | None
) -> None:
    # of 100: 36 against 23 are 13 points, two standard errors 12.8; against 24, 12 and 12.9
    text = draft(alternative(60, scratch, 100), alternative(80, 50, 100), alternative(80, 36, 100))
    for phrase in ("Que la mejor separación", "no supera la que explica"):
        assert (phrase in text) == (said is not None and phrase in said)
    assert said is None or said in text


def test_the_least_accurate_need_not_be_the_worst_separated() -> None:
    assert "es también" not in draft(alternative(60, 5), alternative(140, 60))
    # two share the lowest accuracy
    assert "es también" not in draft(alternative(60, 70), alternative(60, 60), alternative(150, 1))


def test_what_was_not_measured_is_left_out() -> None:
    assert separability({}) == []
    text = draft(alternative(105, None), alternative(145, 7))
    assert "68,63" in text
    assert "superan" not in text
    assert "7 de 153" in text
    assert not re.search("52|En ninguna|es mejor|es también", text)
    one = draft(alternative(105, 52), alternative(145, None), alternative(60, 9))
    assert "el ajuste fino sin aumento de datos queda por debajo" in one.lower()
    assert "pre-entrenamiento con SVM queda" not in one
    assert "es también" not in one
    for both in ((100, None, 140, 5), (100, 5, 140, None)):
        halves = alternative(both[0], both[1]), alternative(both[2], both[3])
        text = draft(alternative(105, 52), halves[0], *halves)
        assert not re.search("aumento de datos mejora|con y sin aumento", text)
    nothing = {"accuracy": math.nan, "separability": {"accuracy": math.nan, "samples": 153}}
    assert draft(nothing) == ""
    assert "pre-entrenamiento" not in draft(alternative(105, 52), nothing)


def test_200_random_results_support_every_sentence_printed_of_them() -> None:
    kinds: set[str] = set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        samples = int(rng.choice([20, 153, 1000]))
        rates = rng.choice([0.5, 0.9, 0.95, 1.0], 4)
        rights = {
            key: (int(rng.binomial(samples, rate)), int(rng.binomial(samples, 1 - rate)))
            for key, rate in zip(KEYS, rates, strict=True)
            if rng.random() > 0.1
        }
        text = "\n".join(
            separability({k: alternative(*both, samples) for k, both in rights.items()})
        )
        kinds |= check(rights, samples, text)

    assert kinds == {
        *("better", "worse", "alike", "augmentation helps", "augmentation harms"),
        *(
            "augmentation alike",
            "augmentation nothing",
            "separable",
            "none separable",
            "ranked",
            "not ranked",
            "agreement",
            "unexpected",
            "unexpected, perhaps by chance",
        ),
    }


def differ(first: int, second: int, samples: int) -> bool:
    """Beyond two standard errors, from counts."""
    squares = sum(count * (samples - count) / samples for count in (first, second))
    return (first - second) ** 2 > 4 * squares + 1e-9


def check(rights: dict[str, tuple[int, int]], samples: int, text: str) -> set[str]:
    """Asserts every claim; returns the kinds of claims that were made."""
    kinds = set()
    right = {key: both[0] for key, both in rights.items()}
    wrong = {key: both[1] for key, both in rights.items()}

    def named(sentence: str) -> list[str]:
        return [key for key, name in NAMES.items() if name.lower() in sentence.lower()]

    for sentence in text.splitlines():
        mentioned = named(sentence)
        if re.search("superan? al entrenamiento desde cero", sentence):
            kinds.add("better")
            others = [key for key in mentioned if key != "scratch"]
            assert others
            for key in others:
                assert right[key] > right["scratch"]
                assert differ(right[key], right["scratch"], samples)
        if "por debajo del entrenamiento desde cero" in sentence:
            kinds.add("worse")
            for key in [key for key in mentioned if key != "scratch"]:
                assert right[key] < right["scratch"]
                assert differ(right[key], right["scratch"], samples)
        if sentence.startswith("Frente al entrenamiento desde cero"):
            kinds.add("alike")
            assert sentence.count("desde cero") == 1
            assert mentioned
            for key in mentioned:
                assert not differ(right[key], right["scratch"], samples)
        if sentence.startswith("El aumento de datos"):
            kinds.add("augmentation helps" if "mejora" in sentence else "augmentation harms")
            change = right["fine_tuning_augmented"] - right["fine_tuning"]
            assert (change > 0) == ("mejora" in sentence)
            assert differ(right["fine_tuning"], right["fine_tuning_augmented"], samples)
        if sentence.startswith("El ajuste fino obtiene la misma"):
            kinds.add("augmentation nothing")
            assert right["fine_tuning"] == right["fine_tuning_augmented"]
        if sentence.startswith("Entre el ajuste fino con y sin"):
            kinds.add("augmentation alike")
            assert not differ(right["fine_tuning"], right["fine_tuning_augmented"], samples)
        if sentence.startswith("En el plano"):
            counts = re.findall(r"([\d.]+) de [\d.]+ muestras", sentence)
            assert [int(count.replace(".", "")) for count in counts] == list(wrong.values())
        if "son linealmente separables" in sentence:
            kinds.add("separable")
            assert mentioned == [key for key, count in wrong.items() if not count]
        if sentence.startswith("En ninguna"):
            kinds.add("none separable")
            assert all(wrong.values())
        if sentence.startswith("La separación lineal es mejor"):
            kinds.add("ranked")
            better, worse = (named(part)[0] for part in sentence.split(" que con "))
            assert wrong[better] == min(wrong.values())
            assert wrong[worse] == max(wrong.values())
            assert differ(wrong[better], wrong[worse], samples)
        if sentence.startswith("Las diferencias de separación"):
            kinds.add("not ranked")
            assert not any(differ(a, b, samples) for a, b in combinations(wrong.values(), 2))
        if sentence.startswith("Que la mejor separación sea la del entrenamiento desde cero"):
            kinds.add("unexpected")
            nearest = min(count for key, count in wrong.items() if key != "scratch")
            assert wrong["scratch"] < nearest
            assert differ(wrong["scratch"], nearest, samples)
        if sentence.startswith("El entrenamiento desde cero es el que menos"):
            kinds.add("unexpected, perhaps by chance")
            [other] = [key for key in mentioned if key != "scratch"]
            assert wrong["scratch"] < wrong[other]
            assert wrong[other] == min(count for key, count in wrong.items() if key != "scratch")
            assert not differ(wrong["scratch"], wrong[other], samples)
        if sentence.startswith("La alternativa con menor precisión"):
            kinds.add("agreement")
            [key] = mentioned
            assert all(right[key] < count for k, count in right.items() if k != key)
            assert all(wrong[key] > count for k, count in wrong.items() if k != key)
    return kinds
