"""Where a network's parameters are, and what a smaller one would have."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.drafts.words import Values, capitalised, known, tidy
from reportgen.spanish import enumeration, integer, percent

# The dense layers are the place to save where they hold most of the parameters.
DENSE_SHARE = 0.5
# A proposal that saves less isn't worth a training.
SAVING = 0.10
# Neighbours of one class, from which on the classes are called told apart.
PURE = 0.90

PENALTY = (
    "La penalización en la precisión no se ha medido: habría que entrenar la red reducida para "
    "conocerla."
)


MEASURED = "Cuánta precisión cuesta cada reducción se ha medido entrenándola, como sigue."


def reduction(
    parameters_by_layer: Sequence[Values],
    total: int,
    *,
    flattened: int | None = None,
    channels: int | None = None,
    convolved: Values | None = None,
    trained: bool = False,
) -> list[str]:
    """Sentences on where the features are extracted and how to make the network smaller.

    Nothing is claimed on the accuracy of the smaller network, which nobody trained.

    Args:
        parameters_by_layer: in the network's order, each ``layer``, ``kind`` ("convolution" or
            "dense") and ``parameters``.
        total: trainable parameters of the whole network.
        flattened: values that the first dense layer takes.
        channels: of the last convolution.
        convolved: the embedding of what the convolutions give, if that is what was embedded; its
            ``quality.neighbour_purity`` is used.
        trained: whether reduced networks were trained, so that their penalty is known.
    """
    convolutions = [row for row in parameters_by_layer if row["kind"] == "convolution"]
    dense = [row for row in parameters_by_layer if row["kind"] == "dense"]
    if not convolutions or not dense:
        return []
    sentences = [
        f"Por la arquitectura de la red, las características se extraen en "
        f"{_layers(convolutions, 'convolucional', 'convolucionales')}, con "
        f"{_amount(convolutions, total)}.",
        f"{capitalised(_layers(dense, 'densa', 'densas'))}, con {_amount(dense, total)}, "
        f"{'combina' if len(dense) == 1 else 'combinan'} esas características para clasificar.",
    ]
    purity = known((convolved or {}).get("quality"), "neighbour_purity")
    if purity is not None and purity >= PURE:
        sentences.append(
            f"Ya a la salida de las convoluciones el {percent(purity)} de los vecinos más "
            "próximos en el plano t-SNE son de la misma clase, es decir, las clases se distinguen "
            "antes de las capas densas."
        )
    # What was trained is told beside this, and what to propose follows from that.
    start = f"Para reducir la complejidad {'cabe' if trained else 'se propone'}"
    unknown = [MEASURED] if trained else [PENALTY]
    if _sum(dense) < DENSE_SHARE * total:
        return [*sentences, f"{start} {_fewer_channels(convolutions, total)}", *unknown]
    return [*sentences, f"{start} {_pooling(dense, total, flattened, channels)}", *unknown]


def _sum(rows: Sequence[Values]) -> int:
    return sum(int(row["parameters"]) for row in rows)


def _amount(rows: Sequence[Values], total: int) -> str:
    parameters = _sum(rows)
    return f"{integer(parameters)} parámetros (el {percent(parameters / total)} del total)"


def _layers(rows: Sequence[Values], singular: str, plural: str) -> str:
    names = enumeration([tidy(row["layer"]) for row in rows])
    return f"la capa {singular} ({names})" if len(rows) == 1 else f"las capas {plural} ({names})"


def _largest(rows: Sequence[Values]) -> Values:
    return max(rows, key=lambda row: int(row["parameters"]))


def _fewer_channels(convolutions: Sequence[Values], total: int) -> str:
    largest = _largest(convolutions)
    return (
        "disminuir los canales de la convolución con más "
        f"parámetros, {tidy(largest['layer'])}, que tiene {_amount([largest], total)}."
    )


def _pooling(
    dense: Sequence[Values], total: int, flattened: int | None, channels: int | None
) -> str:
    """Global average pooling before the first dense layer; else fewer units in the largest."""
    first, largest = dense[0], _largest(dense)
    before = int(first["parameters"])
    removed = _removed(before, flattened, channels) if flattened and channels else 0
    if not flattened or not channels or removed < SAVING * total:
        return (
            "disminuir las unidades de la capa densa con "
            f"más parámetros, {tidy(largest['layer'])}, que tiene {_amount([largest], total)}."
        )
    return (
        "sustituir el aplanado por el promedio global de "
        f"cada canal (global average pooling): la primera capa densa, {tidy(first['layer'])}, "
        f"recibiría {integer(channels)} valores en lugar de {integer(flattened)} y pasaría de "
        f"{integer(before)} a {integer(before - removed)} parámetros, y la red, de "
        f"{integer(total)} a {integer(total - removed)}, un {percent(removed / total)} menos."
    )


def _removed(parameters: int, flattened: int, channels: int) -> int:
    """Weights of a dense layer, with bias or without, that pooling makes superfluous."""
    for inputs in (flattened + 1, flattened):
        if parameters % inputs == 0:
            return (flattened - channels) * (parameters // inputs)
    return 0
