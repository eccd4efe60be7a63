"""What a training showed when it went on after its last epoch."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.drafts.words import Values, count
from reportgen.spanish import decimal, percent, points

# A later maximum that is worth calling an improvement: 20 images of 10,000.
ACCURACY_STEP = 0.002


def continued(history: Sequence[Values], after: int) -> list[str]:
    """Sentences on the epochs beyond ``after``, against those up to it.

    Args:
        history: of all epochs, from 1 on, as `evolution` takes it.
        after: the last epoch of the training before it went on.
    """
    first = [row for row in history if row["epoch"] <= after]
    later = [row for row in history if row["epoch"] > after]
    if not first or not later:
        return []
    before, best = (max(rows, key=_accuracy) for rows in (first, later))
    low, lowest = (min(row["validation_loss"] for row in rows) for rows in (first, later))
    gain = _accuracy(best) - _accuracy(before)
    sentence = (
        f"Al continuar el entrenamiento {count(len(later), 'época', 'épocas')} más desde su último "
        f"estado, la mejor precisión de validación es del {percent(_accuracy(best))} (época "
        f"{best['epoch']:.0f}), frente al {percent(_accuracy(before))} de la época "
        f"{before['epoch']:.0f}, y la menor pérdida de validación, {decimal(lowest, 3)}, frente a "
        f"{decimal(low, 3)}"
    )
    if gain >= ACCURACY_STEP:
        return [f"{sentence}: las épocas añadidas mejoran la precisión {points(gain)}."]
    if gain <= -ACCURACY_STEP:
        return [f"{sentence}: las épocas añadidas no alcanzan la precisión que ya había."]
    return [f"{sentence}: las épocas añadidas no cambian la precisión de forma apreciable."]


def _accuracy(row: Values) -> float:
    return float(row["validation_accuracy"])
