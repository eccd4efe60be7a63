"""What a network's confidence is worth, at its best epoch and at its last one."""

from __future__ import annotations

from experiments.drafts.words import Values
from reportgen.spanish import percent, points

# Mean confidence above accuracy by more than this is called overconfidence.
OVERCONFIDENT = 0.02
# Changes of the expected calibration error that are told.
CHANGE = 0.01


def calibration(best: Values | None, last: Values | None) -> list[str]:
    """Sentences on the calibration.

    Args:
        best, last: `reportgen.evidence.Calibration` of the two epochs, or None.
    """
    if best is None or last is None:
        return []
    sentences = [
        f"En la época {last['epoch']} la red asigna a su predicción una confianza media del "
        f"{percent(last['confidence'])} y acierta el {percent(last['accuracy'])}{_verdict(last)}."
    ]
    if best["epoch"] == last["epoch"]:
        return sentences
    change = last["error"] - best["error"]
    if abs(change) <= CHANGE:
        verb = "apenas cambia"
    else:
        verb = f"{'aumenta' if change > 0 else 'disminuye'} en {points(abs(change))}"
    sentences.append(
        f"Entre la mejor época, la {best['epoch']}, y la última, el error de calibración "
        f"esperado {verb}: de {percent(best['error'])} a {percent(last['error'])}."
    )
    return sentences


def _verdict(measured: Values) -> str:
    if measured["overconfidence"] > OVERCONFIDENT:
        return ": está demasiado segura de sí misma"
    if measured["overconfidence"] < -OVERCONFIDENT:
        return ": está menos segura de lo que podría"
    return ""
