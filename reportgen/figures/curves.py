"""Loss and accuracy by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.spanish import decimal, percent

_HEIGHT = 62.0  # mm
# Told apart in grey too: by dashes and by the marker's shape and filling.
_SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "train": ("Entrenamiento", {"color": style.VERMILION, "ls": "--", "marker": "o", "mfc": "w"}),
    "validation": ("Validación", {"color": style.BLUE, "ls": "-", "marker": "s"}),
}


@style.house_style()
def curves(
    history: Sequence[Mapping[str, float]], best_epoch: int, continued_from: int | None = None
) -> Drawing:
    """Loss and accuracy of both sets side by side, the best epoch marked.

    Args:
        history: one entry an epoch with ``epoch`` (from 1), ``train_loss``, ``validation_loss``,
            ``train_accuracy`` and ``validation_accuracy`` (fractions).
        best_epoch: the epoch of the best validation accuracy.
        continued_from: the last epoch before the training was continued, if it was.

    Raises:
        ValueError: ``best_epoch`` isn't in ``history``.
    """
    best = next((entry for entry in history if entry["epoch"] == best_epoch), None)
    if best is None:
        raise ValueError(f"epoch {best_epoch} isn't in the history")
    figure = blank(style.TEXT_WIDTH, _HEIGHT)
    loss, accuracy = (style.axes_at(figure, left, 10, 66, 40) for left in (11, 93))
    _draw(loss, history, "loss", "Pérdida (entropía cruzada)")
    loss.yaxis.set_major_formatter(style.decimal_ticks())
    loss.set_ylim(bottom=0)
    _draw(accuracy, history, "accuracy", "Precisión")
    accuracy.yaxis.set_major_formatter(style.percent_ticks())
    for axes in (loss, accuracy):
        _mark_epochs(axes, history, best_epoch, continued_from)
    _mark_best(accuracy, best, early=best_epoch < (history[0]["epoch"] + history[-1]["epoch"]) / 2)
    figure.legend(*loss.get_legend_handles_labels(), loc="upper center", ncols=3, handlelength=3.2)
    return finish(figure, _alt(history, best))


def _draw(axes: Axes, history: Sequence[Mapping[str, float]], measure: str, title: str) -> None:
    epochs = [entry["epoch"] for entry in history]
    every = max(1, len(epochs) // 15)
    for subset, (label, look) in _SETS.items():
        values = [entry[f"{subset}_{measure}"] for entry in history]
        axes.plot(epochs, values, label=label, markevery=every, **look)
    axes.set_title(title)


def _mark_epochs(
    axes: Axes,
    history: Sequence[Mapping[str, float]],
    best_epoch: int,
    continued_from: int | None,
) -> None:
    axes.set_xlabel("Época", labelpad=2)
    axes.set_xlim(history[0]["epoch"] - 0.5, history[-1]["epoch"] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.axvline(best_epoch, color=style.GREY, linewidth=0.8, linestyle=":", zorder=1)
    if continued_from is not None:
        axes.axvline(
            continued_from + 0.5,
            color=style.INK,
            linewidth=0.8,
            label=f"Continuación desde la época {continued_from}",
        )


def _mark_best(axes: Axes, best: Mapping[str, float], *, early: bool) -> None:
    axes.plot(
        best["epoch"], best["validation_accuracy"], "o", ms=8, mfc="none", mec=style.INK, mew=1
    )
    # Accuracies rise, so the lower edge is free beside the line, on the side with more room.
    axes.annotate(
        f"mejor: época {best['epoch']:.0f} ({percent(best['validation_accuracy'])})",
        (best["epoch"], 0.03),
        xycoords=("data", "axes fraction"),
        xytext=(3 if early else -3, 0),
        textcoords="offset points",
        ha="left" if early else "right",
        fontsize=style.SMALL,
        bbox={"facecolor": "w", "edgecolor": "none", "pad": 1},
    )


def _alt(history: Sequence[Mapping[str, float]], best: Mapping[str, float]) -> str:
    first, last = history[0], history[-1]
    text = (
        f"Curvas de pérdida y precisión de {style.counted(len(history), 'época', 'épocas')}; "
        f"la mejor precisión de validación es {percent(best['validation_accuracy'])}, "
        f"en la época {best['epoch']:.0f}. "
    )
    if first is last:
        return text + (
            f"La pérdida de entrenamiento es {decimal(last['train_loss'])}; "
            f"la de validación, {decimal(last['validation_loss'])}."
        )
    lowest = min(history, key=lambda entry: entry["validation_loss"])
    return text + (
        f"La pérdida de entrenamiento pasa de {decimal(first['train_loss'])} "
        f"a {decimal(last['train_loss'])}; la de validación, "
        f"de {decimal(first['validation_loss'])} a {decimal(last['validation_loss'])}, "
        f"con su mínimo de {decimal(lowest['validation_loss'])} en la época {lowest['epoch']:.0f}."
    )
