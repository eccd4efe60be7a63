"""Several trainings of the same task, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.spanish import enumeration, percent

_HEIGHT = 66.0  # mm
_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": style.VERMILION, "marker": "o", "mfc": "w"},
    {"color": style.BLUE, "marker": "s"},
    {"color": style.GREEN, "marker": "^"},
    {"color": style.ORANGE, "marker": "D", "mfc": "w"},
)

History = Sequence[Mapping[str, float]]


@style.house_style()
def histories(trainings: Mapping[str, History]) -> Drawing:
    """Loss and accuracy of several trainings; training dashed, validation solid.

    Args:
        trainings: title → one entry an epoch with ``epoch`` (from 1), ``train_loss``,
            ``validation_loss``, ``train_accuracy`` and ``validation_accuracy`` (fractions).

    Raises:
        ValueError: no training, more than four of them, or one without epochs.
    """
    if not 0 < len(trainings) <= len(_LOOKS) or not all(trainings.values()):
        raise ValueError(f"a figure of {len(trainings)} trainings can't be drawn")
    figure = blank(style.TEXT_WIDTH, _HEIGHT)
    loss, accuracy = (style.axes_at(figure, left, 10, 66, 40) for left in (11, 93))
    _draw(loss, trainings, "loss", "Pérdida (entropía cruzada)")
    loss.yaxis.set_major_formatter(style.decimal_ticks())
    loss.set_ylim(bottom=0)
    _draw(accuracy, trainings, "accuracy", "Precisión")
    accuracy.yaxis.set_major_formatter(style.percent_ticks())
    figure.legend(
        *loss.get_legend_handles_labels(),
        loc="upper center",
        ncols=len(trainings),
        handlelength=3.2,
        title="Línea continua: validación · a trazos: entrenamiento",
        title_fontsize=style.SMALL,
    )
    return finish(figure, _alt(trainings))


def _draw(axes: Axes, trainings: Mapping[str, History], measure: str, title: str) -> None:
    for (name, history), look in zip(trainings.items(), _LOOKS, strict=False):
        epochs = [entry["epoch"] for entry in history]
        plain = {**look, "marker": "none"}
        axes.plot(
            epochs, [entry[f"train_{measure}"] for entry in history], ls="--", lw=0.9, **plain
        )
        axes.plot(
            epochs,
            [entry[f"validation_{measure}"] for entry in history],
            label=name,
            markevery=max(1, len(epochs) // 12),
            **look,
        )
    axes.set_title(title)
    axes.set_xlabel("Época", labelpad=2)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))


def _alt(trainings: Mapping[str, History]) -> str:
    bests = {
        name: max(history, key=lambda entry: entry["validation_accuracy"])
        for name, history in trainings.items()
    }
    texts = [
        f"«{name}» alcanza {percent(best['validation_accuracy'])} en la época {best['epoch']:.0f}"
        for name, best in bests.items()
    ]
    return f"Curvas de pérdida y precisión por época; en validación, {enumeration(texts)}."
