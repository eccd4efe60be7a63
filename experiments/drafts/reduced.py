"""What the trained reductions say: which smaller network to take, if one is good enough."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.drafts.words import Values
from reportgen.analysis.reductions import TOLERANCE
from reportgen.spanish import integer, percent, points


def reduced(measured: Values, titles: Mapping[str, str]) -> list[str]:
    """Sentences on the reductions.

    Args:
        measured: `reportgen.evidence.Reductions`.
        titles: what each network is called.
    """
    networks, chosen = measured["networks"], measured["recommended"]
    if not networks:
        return []
    start = (
        f"Se han entrenado {integer(len(networks))} redes más pequeñas durante las mismas épocas"
    )
    if chosen is None:
        least = min(networks, key=lambda name: networks[name]["penalty"])
        told = (
            f"{start}, y ninguna se queda a {points(TOLERANCE)} o menos de la precisión de la red "
            f"completa: la que menos pierde, «{titles[least]}», pierde "
            f"{points(networks[least]['penalty'])}."
        )
        return [told, *(_worst(networks, titles) if len(networks) > 1 else [])]
    one = networks[chosen]
    loss = (
        f"pierde {points(one['penalty'])}"
        if one["penalty"] > 0
        else "no pierde precisión de validación"
    )
    return [
        f"{start}. La más pequeña de las que pierden {points(TOLERANCE)} o menos es "
        f"«{titles[chosen]}»: con {integer(one['parameters'])} parámetros, un "
        f"{percent(one['reduction'])} menos, alcanza el {percent(one['accuracy'])} y {loss}; es "
        "la reducción que se propone.",
        *_worst(networks, titles),
    ]


def _worst(networks: Mapping[str, Values], titles: Mapping[str, str]) -> list[str]:
    most = max(networks, key=lambda name: float(networks[name]["penalty"]))
    penalty = networks[most]["penalty"]
    if penalty <= TOLERANCE:
        return []
    return [f"La que más pierde, «{titles[most]}», pierde {points(penalty)}."]
