"""Whether a training was still getting better when it ended."""

from __future__ import annotations

from experiments.drafts.course import no_forecast
from experiments.drafts.words import Values, signed
from reportgen.spanish import decimal


def trend(measured: Values | None) -> list[str]:
    """One sentence on the validation loss of the last epochs.

    Args:
        measured: a `reportgen.evidence.Trend`, or None.
    """
    if measured is None:
        return []
    slope = measured["loss"]
    value, margin = slope["slope"], slope["margin"]
    start = (
        f"La recta ajustada a la pérdida de validación de las épocas {slope['first_epoch']} a "
        f"{slope['last_epoch']} tiene una pendiente de {signed(value, 4)} ± {decimal(margin, 4)} "
        "por época (intervalo de confianza del 95\xa0%)"
    )
    if too_early := no_forecast(slope["last_epoch"]):
        return [f"{start}: {too_early}."]
    if abs(value) <= margin:
        return [
            f"{start}, que no se distingue de cero: la recta no basta para decir si la pérdida "
            "baja o sube en esas épocas."
        ]
    if value < 0:
        return [f"{start}: todavía bajaba, y con más épocas cabe esperar una pérdida menor."]
    return [f"{start}: ya subía, y con más épocas no cabe esperar una pérdida menor."]
