"""Where in a network the classes become separable, and where in an image it looks."""

from __future__ import annotations

from itertools import pairwise

from experiments.drafts.words import Values, tidy
from reportgen.spanish import integer, percent, points

# A layer adds something to what can be read off if it raises the probe by more than this.
STEP = 0.01
# Half of the attention within this share of the image is called concentrated; attention that is
# the same everywhere has 0.5.
CONCENTRATED, SPREAD = 0.15, 0.35


def probes(measured: Values) -> list[str]:
    """Sentences on the linear probes by depth.

    Args:
        measured: a `reportgen.evidence.Probes`.
    """
    rows = [row for row in measured["layers"] if row["probe"]["value"] is not None]
    if len(rows) < 2:
        return []
    accuracies = [float(row["probe"]["value"]["accuracy"]) for row in rows]
    highest = max(range(len(rows)), key=lambda index: accuracies[index])
    # The first layer from which on no other adds a step.
    enough = next(i for i in range(len(rows)) if accuracies[highest] - accuracies[i] <= STEP + 1e-9)
    total = sum(int(row["parameters"]) for row in measured["layers"])
    start = (
        f"Una sonda lineal acierta el {percent(accuracies[0])} con los píxeles de entrada y el "
        f"{percent(accuracies[highest])} como máximo, tras {tidy(rows[highest]['layer'])}"
    )
    if enough == 0:
        return [f"{start}: las capas no hacen las clases más separables de lo que ya eran."]
    until = sum(int(row["parameters"]) for row in rows[: enough + 1])
    sentences = [
        f"{start}. Tras {tidy(rows[enough]['layer'])} ya se lee todo menos "
        f"{points(accuracies[highest] - accuracies[enough])}: las características están extraídas "
        f"en esa capa, con el {percent(until / total)} de los parámetros."
        if enough != highest
        else f"{start}, donde están las características extraídas, con el "
        f"{percent(until / total)} de los parámetros hasta esa capa."
    ]
    gains = [after - before for before, after in pairwise(accuracies)]
    most = max(range(len(gains)), key=lambda index: gains[index])
    sentences.append(
        f"La capa que más aporta es {tidy(rows[most + 1]['layer'])}, {points(gains[most])}."
    )
    return sentences


def attention(measured: Values) -> list[str]:
    """A sentence on how concentrated the attention in the surest mistakes is.

    Args:
        measured: a `reportgen.evidence.Attention`.
    """
    share = measured["half_area"]["value"]
    if share is None:
        return []
    count = int(measured["images"])
    several = f"{integer(count)} de los fallos más seguros, repartidos entre confusiones distintas,"
    noun = "el fallo de mayor confianza" if count == 1 else several
    start = (
        f"Según Grad-CAM, en {noun} la mitad de lo que habla a favor de la clase "
        f"predicha está en el {percent(share, 1)} de la imagen"
    )
    if share <= CONCENTRATED:
        return [f"{start}: la red decide por una zona pequeña."]
    if share >= SPREAD:
        return [f"{start}: la red no se fija en ninguna zona en particular."]
    return [f"{start}."]
