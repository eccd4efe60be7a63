"""Which classes are confused, how often, and whether both ways."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.drafts.words import Values, count, quoted
from reportgen.spanish import decimal, enumeration, integer, percent

# Classes whose shares of hits differ by less aren't ranked: a point is 10 images of 1,000.
CLASS_SPREAD = 0.01
# Both ways: enough cases to compare, and neither share over 1.5 times the other.
RECIPROCAL_CASES, RECIPROCAL_RATIO = 10, 1.5
# One way mostly: one share at least twice the other, and the counts two standard deviations
# apart from what a fair coin gives.
ONE_WAY_RATIO, ONE_WAY_DEVIATIONS = 2.0, 2.0
# Hits are more than chance from so many standard deviations on above those that the same answers
# would have if they were dealt out at random.
SKILL_DEVIATIONS = 2.0

Counts = NDArray[np.int64]


def confusions(confusion: Values, quality: Values | None = None) -> list[str]:
    """Sentences on a confusion matrix.

    Args:
        confusion: ``classes`` (K), ``matrix`` (K, K) of counts with true classes in rows, and
            ``pairs``: the most frequent confusions first, each ``true``, ``predicted``, ``count``
            and ``share`` of the true class (0 to 1).
        quality: cluster measures of the same classes; with ``distances`` (K, K) also
            how near the confused classes lie.
    """
    classes: list[str] = list(confusion["classes"])
    matrix = np.array(confusion["matrix"], np.int64)
    total = int(matrix.sum())
    if not total:
        return []
    if total == matrix.trace():
        return [f"De {count(total, 'imagen', 'imágenes')} de validación no se confunde ninguna."]
    pairs: Sequence[Values] = confusion["pairs"][:2]
    sentences = _skill(matrix) + _frequent(pairs, matrix) + _hits(matrix, classes)
    distances = (quality or {}).get("distances")
    seen: list[set[int]] = []
    for pair in pairs:
        first, second = classes.index(pair["true"]), classes.index(pair["predicted"])
        if {first, second} in seen:
            continue
        seen.append({first, second})
        names = quoted(classes[first]), quoted(classes[second])
        sentences += _both_ways(matrix, first, second, names)
        if distances is not None:
            sentences += _nearness(np.array(distances, float), first, second, names)
    return sentences


def _skill(matrix: Counts) -> list[str]:
    """A remark on a network whose answers have nothing to do with the classes.

    The agreement by chance is that of Cohen, "A coefficient of agreement for nominal scales"
    (1960): as many hits as the same answers have on average when they are dealt out at random.
    """
    total, hits = int(matrix.sum()), int(matrix.trace())
    chance = float(matrix.sum(axis=0) @ matrix.sum(axis=1)) / total
    if hits - chance > SKILL_DEVIATIONS * math.sqrt(chance * (total - chance) / total):
        return []
    return [
        f"La red acierta {integer(hits)} de {count(total, 'imagen', 'imágenes')} "
        f"({percent(hits / total)}), no más de lo que explica el azar: las mismas respuestas, "
        f"repartidas sin mirar las imágenes, acertarían por término medio el "
        f"{percent(chance / total)}. Sus confusiones, por tanto, apenas dicen nada de las clases."
    ]


def _frequent(pairs: Sequence[Values], matrix: Counts) -> list[str]:
    texts = [
        f"{quoted(pair['true'])} clasificadas como {quoted(pair['predicted'])} "
        f"({count(pair['count'], 'caso', 'casos')}, el {percent(pair['share'])} de su clase)"
        for pair in pairs
    ]
    if len(texts) < 2:
        return [f"Las únicas imágenes que se confunden son las de {text}." for text in texts]
    sentence = f"Las confusiones más frecuentes son las imágenes de {texts[0]} y las de {texts[1]}"
    least = pairs[1]["count"]
    equal = int((matrix[~np.eye(len(matrix), dtype=bool)] == least).sum())
    ties = equal - sum(pair["count"] == least for pair in pairs)
    if ties == 1:
        sentence += "; hay otra confusión tan frecuente como la segunda"
    elif ties:
        sentence += f"; hay otras {integer(ties)} confusiones tan frecuentes como la segunda"
    return [f"{sentence}."]


def _hits(matrix: Counts, classes: list[str]) -> list[str]:
    """The classes with most and least hits; those without samples are left aside."""
    totals = matrix.sum(axis=1)
    present = np.flatnonzero(totals)
    hits = matrix.diagonal()[present] / totals[present]
    if len(present) < 2:
        return []
    high, low = float(hits.max()), float(hits.min())
    if high - low < CLASS_SPREAD:
        return [
            "Todas las clases se clasifican con un porcentaje de aciertos parecido, entre el "
            f"{percent(low)} y el {percent(high)}."
        ]
    best = enumeration([quoted(classes[index]) for index in present[hits == high]])
    worst = enumeration([quoted(classes[index]) for index in present[hits == low]])
    return [
        f"El mayor porcentaje de aciertos es el de {best} ({percent(high)}) y el menor, el de "
        f"{worst} ({percent(low)})."
    ]


def _both_ways(matrix: Counts, first: int, second: int, names: tuple[str, str]) -> list[str]:
    """Whether two classes are confused both ways alike, judged by the shares of each."""
    there, back = int(matrix[first, second]), int(matrix[second, first])
    totals = matrix.sum(axis=1)
    if not totals[second]:
        return []
    share, opposite = there / totals[first], back / totals[second]
    low, high = sorted((share, opposite))
    one, other = names
    ways = (
        f"{count(there, 'caso', 'casos')} de {one} como {other} y {integer(back)} de {other} "
        f"como {one}"
    )
    if there + back >= RECIPROCAL_CASES and high <= RECIPROCAL_RATIO * low:
        return [f"La confusión entre {one} y {other} es recíproca: {ways}."]
    distinct = (there - back) ** 2 >= ONE_WAY_DEVIATIONS**2 * (there + back)
    if distinct and there > back and share >= ONE_WAY_RATIO * opposite:
        return [f"La confusión entre {one} y {other} se da sobre todo en un sentido: {ways}."]
    return []


def _nearness(
    distances: NDArray[np.float64], first: int, second: int, names: tuple[str, str]
) -> list[str]:
    """The rank of two classes among all pairs by the distance of their centroids."""
    apart = distances[np.triu_indices(len(distances), k=1)]
    if len(apart) < 2 or not np.isfinite(apart).all():
        return []
    own = distances[first, second]
    rank = int((apart < own).sum()) + 1
    values = f"{decimal(own)} unidades del plano t-SNE; la media es {decimal(apart.mean())}"
    one, other = names
    if rank == 1:
        return [
            f"Los centroides de {one} y {other} son, además, los más próximos de entre los "
            f"{integer(len(apart))} pares de clases ({values})."
        ]
    return [
        f"Por la proximidad de sus centroides, {one} y {other} ocupan el puesto {integer(rank)} "
        f"de los {integer(len(apart))} pares de clases ({values})."
    ]
