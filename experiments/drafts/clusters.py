"""How the classes lie in the activations behind a picture, and whether that explains errors."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.drafts.words import Values, known, quoted, signed
from reportgen.spanish import decimal, enumeration, percent

# A rank correlation from which on near classes are said to be confused more.
RELATED = -0.3
# Purities of picture and layer that differ by no more than this are called alike.
ALIKE = 0.05


def clusters(
    layers: Mapping[str, Values], pictures: Mapping[str, Values], titles: Mapping[str, str]
) -> list[str]:
    """Sentences on each layer, and on its agreement with the confusions.

    Args:
        layers: by name, `reportgen.evidence.Representation`.
        pictures: by the same names, `reportgen.results.Embedding`.
        titles: what the layers are called in a sentence.
    """
    sentences = []
    for name, measured in layers.items():
        sentences += _purity(titles[name], measured["activations"], pictures[name])
        sentences += _closest(titles[name], measured["activations"])
        sentences += _agreement(titles[name], measured["agreement"]["activations"]["value"])
    return sentences


def _purity(title: str, layer: Values, picture: Values) -> list[str]:
    own, pictured = known(layer, "neighbour_purity"), known(picture["quality"], "neighbour_purity")
    if own is None or pictured is None:
        return []
    start = (
        f"En las propias activaciones de {title} el {percent(own)} de los vecinos más próximos son "
        "de la misma clase"
    )
    if abs(own - pictured) <= ALIKE:
        return [f"{start}, casi como en el plano ({percent(pictured)})."]
    verb = "junta" if pictured > own else "separa"
    return [f"{start}; el plano los {verb} más, con el {percent(pictured)}."]


def _closest(title: str, layer: Values) -> list[str]:
    pairs = layer["closest"] or []
    if not pairs or len(layer["dispersion"] or []) < 3:
        return []
    texts = [f"{quoted(p['first'])} y {quoted(p['second'])}" for p in pairs]
    joined = "; ".join(texts)
    noun = "El par de clases más próximo" if len(pairs) == 1 else "Los pares de clases más próximos"
    return [f"{noun} en las activaciones de {title}: {joined}."]


def _agreement(title: str, correlation: float | None) -> list[str]:
    if correlation is None:
        return []
    value = f"correlación de rangos {signed(correlation)}"
    if correlation <= RELATED:
        return [f"En {title}, las clases más próximas tienden a confundirse más ({value})."]
    return [f"En {title}, la distancia entre dos clases no explica cuánto se confunden ({value})."]


def hyperplanes(measured: Mapping[str, Values | None], names: Mapping[str, str]) -> list[str]:
    """One sentence on the separation in the whole feature space.

    Args:
        measured: by alternative, `reportgen.evidence.Hyperplane` or None.
        names: what the alternatives are called in a sentence.
    """
    found = {name: one for name, one in measured.items() if one is not None}
    if not found:
        return []
    texts = [
        f"{one['misplaced']} de {one['samples']} ({percent(one['misplaced'] / one['samples'])}) "
        f"con {names[name]}"
        for name, one in found.items()
    ]
    folds = decimal(next(iter(found.values()))["folds"], 0)
    return [
        f"En el espacio de características completo, una SVM lineal con validación cruzada de "
        f"{folds} particiones deja en el lado equivocado {enumeration(texts)}."
    ]
