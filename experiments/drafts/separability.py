"""How the alternatives of transfer learning compare: accuracy and separability by one line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

from experiments.drafts.words import Values, capitalised, known
from reportgen.spanish import enumeration, integer, percent, points

# Two shares are told apart if they differ by more than this many binomial standard errors: with
# 153 images and shares near 95 %, by 5 points. The alternatives see the same images, so the true
# margin is smaller and this one cautious.
DEVIATIONS = 2.0

NAMES = {
    "scratch": "el entrenamiento desde cero",
    "pretrained_svm": "el pre-entrenamiento con SVM",
    "fine_tuning": "el ajuste fino sin aumento de datos",
    "fine_tuning_augmented": "el ajuste fino con aumento de datos",
}


class Share(NamedTuple):
    """A share (0 to 1) of so many samples, measured for an alternative."""

    alternative: str
    value: float
    samples: int

    @property
    def number(self) -> int:
        """The samples that it stands for."""
        return round(self.value * self.samples)


def separability(alternatives: Mapping[str, Values]) -> list[str]:
    """Sentences on the alternatives, as far as they were measured.

    Args:
        alternatives: by the keys of ``NAMES``, each with ``accuracy`` on the validation images (0
            to 1) and ``separability``: ``accuracy`` (0 to 1) of a line in the t-SNE plane of the
            same images and ``samples``, how many they are.
    """
    accuracies, errors = {}, {}
    for name in NAMES:
        values = alternatives.get(name) or {}
        line = values.get("separability")
        right, samples = known(line, "accuracy"), known(line, "samples")
        accuracy = known(values, "accuracy")
        if accuracy is not None:
            accuracies[name] = Share(name, accuracy, int(samples or 0))
        if right is not None and samples:
            errors[name] = Share(name, 1 - right, int(samples))
    return [
        *_accuracies(accuracies),
        *_pretraining(accuracies),
        *_augmentation(accuracies),
        *_misplaced(errors),
        *_separable(errors),
        *_extremes(errors),
        *_unexpected(errors),
        *_agreement(accuracies, errors),
    ]


def _differ(first: Share, second: Share) -> bool:
    """Whether two shares, both of a known number of samples, differ beyond sampling."""
    variance = sum(s.value * (1 - s.value) / s.samples for s in (first, second))
    return abs(first.value - second.value) > DEVIATIONS * math.sqrt(variance)


def _accuracies(shares: Mapping[str, Share]) -> list[str]:
    texts = [f"del {percent(share.value)} con {NAMES[name]}" for name, share in shares.items()]
    return [f"La precisión de validación es {enumeration(texts)}."] if texts else []


def _pretraining(shares: Mapping[str, Share]) -> list[str]:
    """What starting from learned weights changed."""
    if "scratch" not in shares or not shares["scratch"].samples:
        return []
    scratch = shares["scratch"]
    others = [share for name, share in shares.items() if name != "scratch" and share.samples]
    better = [s for s in others if _differ(s, scratch) and s.value > scratch.value]
    worse = [s for s in others if _differ(s, scratch) and s.value < scratch.value]
    alike = [s for s in others if not _differ(s, scratch)]
    sentences = []
    for group, one, several in (
        (better, "supera al", "superan al"),
        (worse, "queda por debajo del", "quedan por debajo del"),
    ):
        if group:
            amounts = enumeration([points(abs(s.value - scratch.value)) for s in group])
            sentences.append(
                f"{capitalised(_named(group))} {one if len(group) == 1 else several} "
                f"entrenamiento desde cero en {amounts}"
                f"{', respectivamente' if len(group) > 1 else ''}, más de dos errores típicos del "
                "muestreo (sin corregir por el número de comparaciones)."
            )
    if alike:
        names = enumeration([f"con {NAMES[share.alternative]}" for share in alike])
        sentences.append(
            f"Frente al entrenamiento desde cero, la precisión {names} no difiere más de dos "
            "errores típicos del muestreo."
        )
    return sentences


def _named(shares: list[Share]) -> str:
    return enumeration([NAMES[share.alternative] for share in shares])


def _augmentation(shares: Mapping[str, Share]) -> list[str]:
    if not {"fine_tuning", "fine_tuning_augmented"} <= shares.keys():
        return []
    plain, augmented = shares["fine_tuning"], shares["fine_tuning_augmented"]
    if not plain.samples or not augmented.samples:
        return []
    change = augmented.value - plain.value
    if not change:
        return ["El ajuste fino obtiene la misma precisión con y sin aumento de datos."]
    if not _differ(plain, augmented):
        return [
            f"Entre el ajuste fino con y sin aumento de datos hay {points(abs(change))} de "
            "diferencia, dentro de lo que explica el azar del muestreo."
        ]
    verb = "mejora" if change > 0 else "empeora"
    return [f"El aumento de datos {verb} el ajuste fino en {points(abs(change))}."]


def _misplaced(errors: Mapping[str, Share]) -> list[str]:
    texts = [
        f"{integer(share.number)} de {integer(share.samples)} muestras ({percent(share.value)}) "
        f"con {NAMES[name]}"
        for name, share in errors.items()
    ]
    if not texts:
        return []
    return [
        "En el plano t-SNE, una recta (SVM lineal) deja en el lado equivocado "
        f"{enumeration(texts)}."
    ]


def _separable(errors: Mapping[str, Share]) -> list[str]:
    perfect = [share for share in errors.values() if not share.number]
    if perfect:
        return [f"Las dos clases son linealmente separables en el plano con {_named(perfect)}."]
    if len(errors) > 1:
        return ["En ninguna de las alternativas separa la recta las dos clases sin errores."]
    return []


def _extremes(errors: Mapping[str, Share]) -> list[str]:
    if len(errors) < 2:
        return []
    best, worst = _least(errors), _most(errors)
    if _differ(best, worst):
        return [
            f"La separación lineal es mejor con {NAMES[best.alternative]} que con "
            f"{NAMES[worst.alternative]}: el porcentaje de muestras en el lado equivocado "
            f"es {points(worst.value - best.value)} menor."
        ]
    if any(_differ(first, second) for first, second in combinations(errors.values(), 2)):
        return []  # sets of unequal size: the extremes don't decide
    return [
        "Las diferencias de separación lineal entre las alternativas no superan las que explica "
        "el azar del muestreo."
    ]


def _unexpected(errors: Mapping[str, Share]) -> list[str]:
    """A remark where the network that learned nothing before is separated best."""
    if len(errors) < 2 or "scratch" not in errors:
        return []
    scratch = errors["scratch"]
    nearest = min((s for s in errors.values() if s is not scratch), key=lambda s: s.value)
    if scratch.value >= nearest.value:
        return []
    if _differ(scratch, nearest):
        return [
            "Que la mejor separación sea la del entrenamiento desde cero no es lo que cabría "
            "esperar del pre-entrenamiento: convendría comprobar si las demás alternativas se "
            "entrenaron lo suficiente y si se repite con otra semilla."
        ]
    return [
        "El entrenamiento desde cero es el que menos muestras deja en el lado equivocado, pero su "
        f"diferencia con {NAMES[nearest.alternative]} no supera la que explica el azar del "
        "muestreo."
    ]


def _agreement(accuracies: Mapping[str, Share], errors: Mapping[str, Share]) -> list[str]:
    """Whether the least accurate alternative is also the one that a line separates worst."""
    if len(accuracies) < 2 or accuracies.keys() != errors.keys():
        return []
    lowest, worst = _least(accuracies), _most(errors)
    clear = _differ(lowest, _most(accuracies)) and _differ(worst, _least(errors))
    if not clear or lowest.alternative != worst.alternative:
        return []
    if _tied(lowest, accuracies) or _tied(worst, errors):
        return []
    return [
        f"La alternativa con menor precisión, {NAMES[worst.alternative]}, es también la que más "
        "muestras deja en el lado equivocado."
    ]


def _least(shares: Mapping[str, Share]) -> Share:
    return min(shares.values(), key=lambda share: share.value)


def _most(shares: Mapping[str, Share]) -> Share:
    return max(shares.values(), key=lambda share: share.value)


def _tied(share: Share, shares: Mapping[str, Share]) -> bool:
    return [other.value for other in shares.values()].count(share.value) > 1
