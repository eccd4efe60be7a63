from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from experiments.drafts.confusions import confusions

ANIMALS = ["gato", "perro", "rana"]


def confusion(matrix: list[list[int]], classes: list[str]) -> dict[str, Any]:
    pairs: list[dict[str, Any]] = [
        {"true": a, "predicted": b, "count": n, "share": n / sum(row)}
        for a, row in zip(classes, matrix, strict=True)
        for b, n in zip(classes, row, strict=True)
        if a != b and n
    ]
    pairs.sort(key=lambda pair: -pair["count"])
    return {"classes": classes, "matrix": matrix, "pairs": pairs}


def draft(matrix: list[list[int]], classes: list[str] = ANIMALS, **kwargs: Any) -> str:
    return "\n".join(confusions(confusion(matrix, classes), **kwargs))


def test_the_two_most_frequent_confusions_with_count_and_share() -> None:
    text = draft([[80, 15, 5], [12, 88, 0], [1, 0, 99]])

    assert (
        "las imágenes de «gato» clasificadas como «perro» (15 casos, el 15,00\xa0% de su clase) y "
        "las de «perro» clasificadas como «gato» (12 casos, el 12,00\xa0% de su clase)."
    ) in text
    assert "aciertos es el de «rana» (99,00\xa0%) y el menor, el de «gato» (80,00\xa0%)" in text
    assert "entre «gato» y «perro» es recíproca: 15 casos de «gato» como «perro» y 12" in text
    assert text.count("recíproca") == 1


def test_a_tie_for_the_second_place_is_said() -> None:
    assert "hay otra confusión tan frecuente como la segunda" in draft(
        [[90, 5, 3], [0, 97, 3], [0, 0, 100]]
    )
    assert "hay otras 2 confusiones tan frecuentes" in draft([[90, 5, 3], [0, 97, 3], [3, 0, 97]])
    assert "tan frecuente" not in draft([[90, 5, 3], [0, 98, 2], [0, 0, 100]])


def test_a_network_that_guesses_is_called_so() -> None:
    text = draft([[10, 10, 10], [12, 9, 9], [10, 11, 19]])

    assert (
        "La red acierta 38 de 100 imágenes (38,00\xa0%), no más de lo que explica el azar: las "
        "mismas respuestas, repartidas sin mirar las imágenes, acertarían por término medio el "
        "33,80\xa0%."
    ) in text


@pytest.mark.parametrize(
    ("matrix", "guesses"),
    [
        ([[30, 20], [20, 30]], True),  # 60 hits, 50 by chance, 5 a deviation
        ([[31, 19], [20, 30]], False),
        ([[10, 40], [40, 10]], True),  # fewer than by chance
        ([[900, 0], [100, 0]], True),  # always the same answer
        ([[800, 100], [10, 90]], False),  # that answer would hit more, and know nothing
    ],
)
def test_who_guesses_is_told_by_chance_alone(matrix: list[list[int]], guesses: bool) -> None:
    assert ("lo que explica el azar" in draft(matrix, ["gato", "perro"])) is guesses


def test_one_confusion_only() -> None:
    text = draft([[99, 1, 0], [0, 100, 0], [0, 0, 100]])

    assert (
        "Las únicas imágenes que se confunden son las de «gato» clasificadas como «perro» " in text
    )
    assert "(1 caso, " in text


@pytest.mark.parametrize(
    ("matrix", "sentences"),
    [
        ([[7, 0], [0, 3]], ["De 10 imágenes de validación no se confunde ninguna."]),
        ([[1, 0], [0, 0]], ["De 1 imagen de validación no se confunde ninguna."]),
        ([[0, 0], [0, 0]], []),
    ],
)
def test_without_mistakes_there_is_nothing_to_compare(
    matrix: list[list[int]], sentences: list[str]
) -> None:
    assert confusions(confusion(matrix, ["a", "b"])) == sentences


def test_a_class_without_samples_is_left_aside() -> None:
    text = draft([[90, 10, 0], [0, 100, 0], [0, 0, 0]])

    assert "rana" not in text
    assert "el menor, el de «gato»" in text
    only = draft([[5, 5], [0, 0]], ["a", "b"])
    assert "aciertos" not in only
    assert "entre «a» y «b»" not in only


def test_classes_are_ranked_from_a_point_apart() -> None:
    assert "el mayor" in draft([[990, 10, 0], [0, 1000, 0], [2, 0, 998]]).lower()
    assert "parecido, entre el 99,10\xa0% y el 100,00\xa0%" in draft(
        [[991, 9, 0], [0, 1000, 0], [2, 0, 998]]
    )


def test_all_the_classes_that_share_a_place_are_named() -> None:
    text = draft([[80, 20, 0], [0, 100, 0], [0, 0, 100]])

    assert "el de «perro» y «rana» (100,00\xa0%)" in text


@pytest.mark.parametrize(
    ("there", "back", "said"),
    [
        (6, 4, "es recíproca"),  # ten cases and 1.5 times
        (5, 4, None),  # nine cases
        (7, 4, None),  # over 1.5 times, not twice
        (8, 1, "se da sobre todo en un sentido"),
        (8, 2, None),  # 1.9 standard deviations from even
        (40, 21, None),  # not twice as many
        (40, 20, "se da sobre todo en un sentido"),
    ],
)
def test_both_ways_or_one(there: int, back: int, said: str | None) -> None:
    text = draft([[100 - there, there], [back, 100 - back]], ["a", "b"])

    for phrase in ("es recíproca", "se da sobre todo en un sentido"):
        assert (phrase in text) == (phrase == said)


def test_both_ways_goes_by_shares_where_classes_differ_in_size() -> None:
    assert "recíproca" not in draft([[988, 12], [12, 88]], ["a", "b"])


def test_how_near_the_confused_classes_lie() -> None:
    matrix = [[80, 15, 5], [12, 88, 0], [1, 0, 99]]
    near = {"distances": [[0, 2, 5], [2, 0, 8], [5, 8, 0]]}
    far = {"distances": [[0, 6, 5], [6, 0, 8], [5, 8, 0]]}

    assert (
        "los más próximos de entre los 3 pares de clases (2,00 unidades del plano t-SNE; la media "
        "es 5,00)" in draft(matrix, quality=near)
    )
    assert "«gato» y «perro» ocupan el puesto 2 de los 3 pares" in draft(matrix, quality=far)
    two = {"distances": [[0, 2], [2, 0]]}
    assert "centroides" not in draft([[90, 10], [5, 95]], ["a", "b"], quality=two)
    unknown = {"distances": [[0, 2, np.nan], [2, 0, 8], [np.nan, 8, 0]]}
    assert "centroides" not in draft(matrix, quality=unknown)
    for missing in ({}, {"distances": None}, {"distances": [[0.0, np.nan]] * 2}):
        assert "centroides" not in draft([[90, 10], [5, 95]], ["a", "b"], quality=missing)


def test_class_names_stand_as_they_are_on_one_line() -> None:
    text = draft([[90, 10], [5, 95]], ["*a*_b_", "x <i>\n# z"])

    assert "«*a*_b_»" in text
    assert "«x <i> # z»" in text


def test_200_random_matrices_support_every_sentence_printed_of_them() -> None:
    kinds: set[str] = set()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        size = int(rng.integers(2, 7))
        rates = rng.choice([0.0, 0.05, 0.3, 3.0], (size, size))
        matrix = rng.poisson(rates * rng.choice([1, 10]))
        np.fill_diagonal(matrix, rng.choice([0, 20, 100, 500], size))
        if seed % 3 == 0:
            matrix = matrix + matrix.T
        points = rng.normal(size=(size, 2))
        distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
        kinds |= check(matrix, distances)

    assert kinds >= {
        *("none", "one", "two", "tie", "ranked", "alike", "both ways", "one way"),
        *("nearest", "rank"),
    }


def check(matrix: np.ndarray, distances: np.ndarray) -> set[str]:
    """Asserts every claim on classes called c0, c1 …; returns the kinds of claims."""
    names = [f"c{index}" for index in range(len(matrix))]
    text = draft(matrix.tolist(), names, quality={"distances": distances.tolist()})
    mistakes = {(a, b): n for (a, b), n in np.ndenumerate(matrix) if a != b and n}
    totals, kinds = matrix.sum(axis=1), set()

    def share(a: int, b: int) -> float:
        return float(matrix[a, b] / totals[a])

    if "no se confunde ninguna" in text:
        assert not mistakes
        return {"none"}
    listed = [
        tuple(map(int, match))
        for match in re.findall(r"«c(\d)» clasificadas como «c(\d)» \((\d+) casos?, ", text)
    ]
    kinds.add({0: "empty", 1: "one", 2: "two"}[len(listed)])
    assert [n for _, _, n in listed] == sorted(mistakes.values(), reverse=True)[:2]
    for a, b, n in listed:
        assert mistakes[a, b] == n
        [printed] = re.findall(rf"«c{a}» clasificadas como «c{b}» \({n} .*? el ([\d,]+)", text)
        assert float(printed.replace(",", ".")) == pytest.approx(100 * share(a, b), abs=0.0051)
    if match := re.search(r"hay otras? (\d*)", text):
        kinds.add("tie")
        equal = [n for n in mistakes.values() if n == listed[1][2]]
        assert len(equal) - sum(n == listed[1][2] for _, _, n in listed) == int(match[1] or 1)
    hits = {i: matrix[i, i] / totals[i] for i in range(len(matrix)) if totals[i]}
    spread = max(hits.values(), default=0) - min(hits.values(), default=0)
    if match := re.search(
        r"mayor porcentaje de aciertos es el de (.*) \(.* menor, el de (.*) \(", text
    ):
        kinds.add("ranked")
        assert spread >= 0.01
        for group, value in ((match[1], max(hits.values())), (match[2], min(hits.values()))):
            named = {int(index) for index in re.findall(r"«c(\d)»", group)}
            assert named == {index for index, hit in hits.items() if hit == value}
    if "porcentaje de aciertos parecido" in text:
        kinds.add("alike")
        assert spread < 0.01
    for a, b in re.findall(r"recíproca: \d+ casos? de «c(\d)» como «c(\d)»", text):
        kinds.add("both ways")
        high, low = sorted((share(int(a), int(b)), share(int(b), int(a))), reverse=True)
        assert high <= 1.5001 * low
    for n, a, b, back in re.findall(
        r"un sentido: (\d+) casos? de «c(\d)» como «c(\d)» y (\d+) de", text
    ):
        kinds.add("one way")
        assert matrix[int(a), int(b)] == int(n)
        assert matrix[int(b), int(a)] == int(back)
        assert int(n) > int(back)
        assert share(int(a), int(b)) >= 1.999 * share(int(b), int(a))
    apart = sorted(distances[np.triu_indices(len(matrix), k=1)])
    for a, b in re.findall(r"centroides de «c(\d)» y «c(\d)» son, además", text):
        kinds.add("nearest")
        assert distances[int(a), int(b)] == apart[0]
    for a, b, rank in re.findall(r"«c(\d)» y «c(\d)» ocupan el puesto (\d+)", text):
        kinds.add("rank")
        assert distances[int(a), int(b)] == apart[int(rank) - 1]
    return kinds
