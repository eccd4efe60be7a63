"""How compact and how far apart the classes lie in two t-SNE pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from experiments.drafts.words import Values, known, quoted, signed, tidy
from reportgen.spanish import decimal, enumeration, integer, percent, points

# Silhouette runs from -1 to 1; other seeds move that of the same activations by some hundredths.
SILHOUETTE_CHANGE = 0.05
# Neighbour purity: a point is 20 samples of 2,000.
PURITY_CHANGE = 0.01
# Dispersion relative to distance: a tenth more or less is visible in the picture.
RATIO_CHANGE = 0.10
# Purity and accuracy are called alike within two points.
ACCURACY_CHANGE = 0.02
# Kaufman & Rousseeuw, "Finding Groups in Data" (1990): from the first on the clusters are at
# least reasonable, up to the second there is no substantial structure.
SILHOUETTE_CLEAR, SILHOUETTE_NONE = 0.50, 0.25
# Below, the plane's neighbourhoods are no longer those of the activations.
TRUSTWORTHY = 0.90
# The three closest pairs say something where there are more pairs to choose from.
CLOSEST_CLASSES = 4


class Verdict(NamedTuple):
    """A sentence on one measure, and whether the first space does better (1), worse or alike."""

    sentence: str
    sign: int


def tsne(
    final: Values | None, intermediate: Values | None, *, accuracy: float | None = None
) -> list[str]:
    """Sentences on the pictures of a network's final and intermediate layer.

    Args:
        final, intermediate: embeddings: ``samples``, ``perplexity`` and ``quality`` with
            ``silhouette``, ``neighbour_purity``, ``ratio``, ``trustworthiness`` (None where one
            was left out) and ``dispersion`` and ``closest``; None where none could be made.
        accuracy: the network's on the validation images (0 to 1).
    """
    return _sentences(final, intermediate, ("la capa final", "la capa intermedia"), accuracy)


def tsne_compared(
    final: Values | None,
    reference: Values | None,
    *,
    names: tuple[str, str] = ("estos datos", "MNIST"),
    accuracy: float | None = None,
) -> list[str]:
    """Sentences on the pictures of the final layers for two data sets.

    Args:
        final, reference: embeddings, as for ``tsne``.
        names: of the two data sets, as they stand after "en".
        accuracy: of the network of the first (0 to 1).
    """
    return _sentences(final, reference, (tidy(names[0]), tidy(names[1])), accuracy)


def _sentences(
    first: Values | None,
    second: Values | None,
    names: tuple[str, str],
    accuracy: float | None,
) -> list[str]:
    if first is None or second is None:
        return []
    pair = first.get("quality") or {}, second.get("quality") or {}
    measured = (_silhouette(*pair, names), _purity(*pair, names), _dispersion(*pair, names))
    verdicts = [verdict for verdict in measured if verdict is not None]
    sentences = [verdict.sentence for verdict in verdicts]
    if len(verdicts) > 1:
        sentences.append(_together([verdict.sign for verdict in verdicts], names))
    sentences += _relation(pair[0], names[0], accuracy) + _closest(pair[0], names[0])
    return sentences + (_caution(first, second, names) if verdicts else [])


def _silhouette(first: Values, second: Values, names: tuple[str, str]) -> Verdict | None:
    ours, theirs = known(first, "silhouette"), known(second, "silhouette")
    if ours is None or theirs is None:
        return None
    sign = _sign(ours - theirs, SILHOUETTE_CHANGE)
    sentence = (
        f"La silueta media (entre −1 y 1) es de {signed(ours)} en {names[0]} y de "
        f"{signed(theirs)} en {names[1]}"
    )
    if sign:
        better, worse = names[::sign]
        sentence += f": los clústeres se distinguen mejor en {better} que en {worse}"
    return Verdict(f"{sentence}.", sign)


def _purity(first: Values, second: Values, names: tuple[str, str]) -> Verdict | None:
    ours, theirs = known(first, "neighbour_purity"), known(second, "neighbour_purity")
    if ours is None or theirs is None:
        return None
    return Verdict(
        f"El {percent(ours)} de los vecinos más próximos de una muestra son de su misma clase en "
        f"{names[0]}, frente al {percent(theirs)} en {names[1]}.",
        _sign(ours - theirs, PURITY_CHANGE),
    )


def _dispersion(first: Values, second: Values, names: tuple[str, str]) -> Verdict | None:
    ours, theirs = known(first, "ratio"), known(second, "ratio")
    if ours is None or theirs is None:
        return None
    sign = _sign(theirs - ours, RATIO_CHANGE * max(ours, theirs))
    sentence = (
        f"La dispersión media de las clases equivale al {percent(ours, 1)} de la distancia media "
        f"entre sus centroides en {names[0]} y al {percent(theirs, 1)} en {names[1]}"
    )
    if sign:
        tighter = names[::sign][0]
        sentence += f": en proporción a su separación, son más compactas en {tighter}"
    return Verdict(f"{sentence}.", sign)


def _sign(difference: float, threshold: float) -> int:
    if abs(difference) < threshold:
        return 0
    return 1 if difference > 0 else -1


def _together(verdicts: Sequence[int], names: tuple[str, str]) -> str:
    signs = set(verdicts)
    if {1, -1} <= signs:
        return (
            f"Estas medidas no coinciden en qué representación, la de {names[0]} o la de "
            f"{names[1]}, separa mejor las clases."
        )
    if signs == {0}:
        return "En conjunto, ambas representaciones separan las clases de forma parecida."
    better, worse = names if 1 in signs else names[::-1]
    if verdicts.count(0) == len(verdicts) - 1:
        number = "dos" if len(verdicts) == 2 else "tres"
        return (
            f"De estas {number} medidas, solo una distingue ambas representaciones, y favorece a "
            f"la de {better}."
        )
    if 0 in signs:
        return (
            f"Dos de las tres medidas favorecen a la representación de {better}; en la otra, ambas "
            "son parecidas."
        )
    return f"En conjunto, la representación de {better} separa mejor las clases que la de {worse}."


def _relation(quality: Values, name: str, accuracy: float | None) -> list[str]:
    """What the picture's neighbourhoods have to do with the classification."""
    purity = known(quality, "neighbour_purity")
    if purity is None or accuracy is None or not math.isfinite(accuracy):
        return []
    apart = accuracy - purity
    if abs(apart) < ACCURACY_CHANGE:
        verb = "es próxima a" if apart > 0 else "alcanza"
        relation = f"{verb} la precisión de la red ({percent(accuracy)})"
        relation += _clusters(known(quality, "silhouette"), "casi " if apart > 0 else "")
    elif apart > 0:
        relation = (
            f"queda {points(apart)} por debajo de la precisión de la red ({percent(accuracy)}): el "
            "plano no recoge toda la separación que aprovecha el clasificador"
        )
    else:
        relation = f"supera en {points(-apart)} la precisión de la red ({percent(accuracy)})"
    return [f"La proporción de vecinos de la misma clase en {name} {relation}."]


def _clusters(silhouette: float | None, almost: str) -> str:
    """What alike shares of neighbours and hits mean, which depends on whether clusters show."""
    if silhouette is None or SILHOUETTE_NONE < silhouette < SILHOUETTE_CLEAR:
        return ""
    if silhouette >= SILHOUETTE_CLEAR:
        return f": los clústeres separan las clases {almost}tan bien como el clasificador"
    return (
        f", aunque una silueta de {signed(silhouette)} indica que las clases no forman clústeres "
        "bien separados en el plano"
    )


def _closest(quality: Values, name: str) -> list[str]:
    closest = quality.get("closest") or ()
    if not closest or len(quality.get("dispersion") or ()) < CLOSEST_CLASSES:
        return []
    pairs = [f"{quoted(p['first'])}–{quoted(p['second'])}" for p in closest]
    return [f"Los clústeres más próximos entre sí en {name} son {enumeration(pairs)}."]


def _caution(first: Values, second: Values, names: tuple[str, str]) -> list[str]:
    """What limits the comparison: settings that differ, a picture not to be trusted."""
    settings = [
        f"{label} ({_plain(first[key])} y {_plain(second[key])})"
        for key, label in (
            ("samples", "distinto número de muestras"),
            ("perplexity", "distinta perplejidad"),
        )
        if first[key] != second[key]
    ]
    sentences = []
    if settings:
        sentences.append(
            f"Los dos gráficos se calcularon con {enumeration(settings)}, lo que "
            "limita la comparación."
        )
    for embedding, name in zip((first, second), names, strict=True):
        trust = known(embedding["quality"], "trustworthiness")
        if trust is not None and trust < TRUSTWORTHY:
            sentences.append(
                f"El gráfico de {name} conserva los vecinos de las activaciones solo en parte "
                f"(fidelidad de {decimal(trust)} sobre 1), por lo que debe leerse con cautela."
            )
    return sentences


def _plain(value: float) -> str:
    return integer(int(value)) if float(value).is_integer() else decimal(value, 1)
