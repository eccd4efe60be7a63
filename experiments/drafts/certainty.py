"""How sure the accuracies are: intervals, seeds, the choice of the epoch, paired differences."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.drafts.separability import NAMES
from experiments.drafts.words import Values, known
from reportgen.spanish import decimal, enumeration, integer, percent, points

# A paired difference is called one below this probability of chance, corrected after Holm.
CHANCE = 0.05
# Advantages of a best epoch that don't show in two decimals of a percentage.
NONE = 0.00005


def certainty(measured: Values) -> list[str]:
    """Sentences on one accuracy.

    Args:
        measured: a `reportgen.evidence.Certainty`.
    """
    interval, samples = measured["interval"], int(measured["samples"])
    sentences = [
        f"Con {integer(samples)} imágenes de validación, el intervalo de confianza binomial del "
        f"{percent(interval['level'], 0)} de la precisión de la red "
        f"({percent(measured['right'] / samples)}) va del {percent(interval['low'])} al "
        f"{percent(interval['high'])}."
    ]
    spread, resampled = measured["spread"], measured["bootstrap"]
    if spread and resampled:
        sentences.append(
            f"Con {integer(spread['seeds'])} semillas la precisión es del "
            f"{percent(spread['mean'])} ± {points(spread['standard_deviation'])} (media ± "
            f"desviación típica), con un intervalo bootstrap del "
            f"{percent(resampled['level'], 0)} de {percent(resampled['low'])} a "
            f"{percent(resampled['high'])}."
        )
    return sentences + _optimism(measured["optimism"]["value"])


def _optimism(best: Values | None) -> list[str]:
    """What choosing the epoch on the set that it is judged by may be worth."""
    if best is None:
        return []
    chosen = "La mejor época se ha elegido con el propio conjunto de validación"
    gain, after = known(best, "optimism"), known(best, "following")
    if gain is None or after is None:
        return [
            f"{chosen} y es la última: no hay épocas posteriores que digan si su precisión es "
            "optimista."
        ]
    if gain < NONE:
        return [f"{chosen}, pero justo después de ella la precisión es la misma."]
    return [
        f"{chosen}, así que su precisión puede ser algo optimista: justo después (media de dos "
        f"épocas como mucho) es del {percent(after)}, {points(gain)} menos."
    ]


def differences(tests: Sequence[Values]) -> list[str]:
    """Sentences on which alternatives differ beyond chance.

    Args:
        tests: `reportgen.evidence.Difference`, the names those of ``NAMES``.
    """
    if not tests:
        return []
    clear = [test for test in tests if test["adjusted"] < CHANCE]
    method = "La prueba de McNemar, emparejada imagen a imagen y corregida por Holm"
    if not clear:
        return [
            f"{method}, no encuentra ninguna diferencia de precisión entre las alternativas que el "
            f"azar no explique (la menor p es {decimal(min(t['adjusted'] for t in tests), 3)})."
        ]
    sentences = [f"{method}, distingue del azar {_pairs(clear)}."]
    alike = len(tests) - len(clear)
    if alike:
        noun = "En la otra comparación" if alike == 1 else f"En las otras {alike} comparaciones"
        sentences.append(f"{noun} la diferencia de precisión cabe en el azar.")
    return sentences


def _pairs(tests: Sequence[Values]) -> str:
    texts = []
    for test in sorted(tests, key=lambda one: -abs(one["difference"])):
        better, worse = test["first"], test["second"]
        if test["difference"] < 0:
            better, worse = worse, better
        texts.append(
            f"la ventaja de {points(abs(test['difference']))} de {NAMES[better]} sobre "
            f"{NAMES[worse]} ({_probability(test['adjusted'])})"
        )
    return enumeration(texts).replace("de el ", "del ")


def _probability(value: float) -> str:
    return "p < 0,001" if value < 0.001 else f"p = {decimal(value, 3)}"
