"""Whether a network is right as often as it is confident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.spanish import percent

_SIDE, _SHARES, _STEP = 56.0, 14.0, 80.0  # mm: diagram, histogram below it, next diagram
_BELOW, _LEFT = 10.0, 15.0


@style.house_style()
def reliability(calibrations: Mapping[str, Mapping[str, Any]]) -> Drawing:
    """Reliability diagrams side by side: accuracy by confidence, and where the samples lie.

    Guo et al., "On Calibration of Modern Neural Networks" (2017), arXiv:1706.04599.

    Args:
        calibrations: by title, each as :func:`reportgen.analysis.calibration.calibration`
            measures it: ``error`` (expected calibration error) and ``bins``, each with ``low``,
            ``high``, ``samples`` and ``accuracy``.

    Raises:
        ValueError: there is none.
    """
    if not calibrations:
        raise ValueError("a reliability diagram needs a calibration")
    width = _LEFT + (len(calibrations) - 1) * _STEP + _SIDE + 4
    figure = blank(width, _BELOW + _SHARES + 3 + _SIDE + 6)
    for index, (title, measured) in enumerate(calibrations.items()):
        left = _LEFT + index * _STEP
        shares = style.axes_at(figure, left, _BELOW, _SIDE, _SHARES)
        diagram = style.axes_at(figure, left, _BELOW + _SHARES + 3, _SIDE, _SIDE)
        _draw(diagram, shares, measured)
        diagram.set_title(title)
    errors = [f"{title}, {percent(one['error'])}" for title, one in calibrations.items()]
    return finish(
        figure, f"Diagrama de fiabilidad; error de calibración esperado: {'; '.join(errors)}."
    )


def _draw(diagram: Axes, shares: Axes, measured: Mapping[str, Any]) -> None:
    low = np.array([one["low"] for one in measured["bins"]])
    widths = np.array([one["high"] for one in measured["bins"]]) - low
    samples = np.array([one["samples"] for one in measured["bins"]])
    accuracy = [one["accuracy"] for one in measured["bins"]]
    look: dict[str, Any] = {"align": "edge", "edgecolor": "w", "linewidth": 0.5}
    diagram.bar(low, accuracy, widths, color=style.PALE_BLUE, **look)
    diagram.plot([0, 1], [0, 1], color=style.INK, linestyle="--", linewidth=0.9)
    diagram.annotate(
        f"error de calibración: {percent(measured['error'])}",
        (0.03, 0.95),
        va="top",
        fontsize=style.SMALL,
        bbox={"facecolor": "w", "edgecolor": "none", "pad": 1},
    )
    diagram.set(ylim=(0, 1), ylabel="Aciertos")
    diagram.tick_params(labelbottom=False)
    shares.bar(low, samples / samples.sum(), widths, color=style.GREY, **look)
    shares.set(ylim=(0, 1), xlabel="Confianza", ylabel="Muestras", yticks=[0, 1])
    for axes in (diagram, shares):
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(style.percent_ticks())
        axes.yaxis.set_major_formatter(style.percent_ticks())
