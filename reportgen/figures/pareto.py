"""Networks by size and accuracy, and the front of those that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.figures.plane import spread_apart
from reportgen.spanish import enumeration, integer, percent

_WIDTH, _HEIGHT = 141.0, 62.0  # mm, of the axes
_LINE = 3.4


@style.house_style()
def pareto(names: Sequence[str], parameters: Sequence[int], accuracy: Sequence[float]) -> Drawing:
    """Validation accuracy by the number of parameters (logarithmic), the Pareto front drawn.

    Args:
        names: the N networks.
        parameters: their N trainable parameters, at least 1 each.
        accuracy: their N accuracies (fractions).

    Raises:
        ValueError: the lengths differ or there are no networks.
    """
    if not names or not len(names) == len(parameters) == len(accuracy):
        raise ValueError(f"{len(names)} names, {len(parameters)} sizes, {len(accuracy)} results")
    front = pareto_front(parameters, accuracy)
    figure = blank(style.TEXT_WIDTH, _HEIGHT + 13)
    axes = style.axes_at(figure, 17, 10.5, _WIDTH, _HEIGHT)
    axes.set_xscale("log")
    axes.margins(x=0.15, y=0.15)
    axes.plot(
        [parameters[i] for i in front],
        [accuracy[i] for i in front],
        color=style.BLUE,
        drawstyle="steps-post",
        label="frente de Pareto",
    )
    for index in range(len(names)):
        face = style.BLUE if index in front else "w"
        axes.plot(parameters[index], accuracy[index], "o", ms=5, mfc=face, mec=style.BLUE)
    axes.set_xlabel("Parámetros entrenables (escala logarítmica)", labelpad=2)
    axes.set_ylabel("Precisión de validación")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: integer(round(value))))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(style.percent_ticks())
    axes.legend(loc="lower right")
    _label(axes, names, parameters, accuracy, front)
    return finish(figure, _alt(names, parameters, accuracy, front))


def pareto_front(parameters: Sequence[int], accuracy: Sequence[float]) -> list[int]:
    """Indices of the networks that none beats in one measure and matches in the other, by size."""
    front: list[int] = []
    for index in sorted(range(len(parameters)), key=lambda i: (parameters[i], -accuracy[i])):
        if not front or accuracy[index] > accuracy[front[-1]]:
            front.append(index)
    return front


def _label(
    axes: Axes,
    names: Sequence[str],
    parameters: Sequence[int],
    accuracy: Sequence[float],
    front: Sequence[int],
) -> None:
    axes.autoscale_view()
    fraction = axes.transData + axes.transAxes.inverted()
    paper = np.array([_WIDTH, _HEIGHT])
    points = fraction.transform(np.column_stack([parameters, accuracy])) * paper
    sizes = [(style.text_width(name) + 3, _LINE) for name in names]  # clear of the frame
    # Networks off the front lie below it, so there is room below them and above the others.
    shifts = [(0, _LINE if index in front else -_LINE) for index in range(len(names))]
    labels = spread_apart(points + np.array(shifts), sizes, _WIDTH, _HEIGHT) / paper
    for name, (x, y) in zip(names, labels, strict=True):
        axes.text(
            x,
            y,
            name,
            transform=axes.transAxes,
            ha="center",
            va="center",
            fontsize=style.SMALL,
            bbox={"facecolor": "w", "edgecolor": "none", "pad": 0.5},
        )


def _alt(
    names: Sequence[str],
    parameters: Sequence[int],
    accuracy: Sequence[float],
    front: Sequence[int],
) -> str:
    best = [f"{names[i]} ({integer(parameters[i])}, {percent(accuracy[i])})" for i in front]
    return (
        f"Parámetros y precisión de {style.counted(len(names), 'red', 'redes')}; "
        f"en el frente de Pareto: {enumeration(best)}."
    )
