"""Loss and accuracy by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from reportgen.figures import style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.spanish import decimal, percent

# Told apart in grey too: by dashes and by the marker's shape and filling.
_SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "train": ("Entrenamiento", {"color": style.VERMILION, "ls": "--", "marker": "o", "mfc": "w"}),
    "validation": ("Validación", {"color": style.BLUE, "ls": "-", "marker": "s"}),
}
_LEFT, _NAME = 16, 4  # mm from the edge: of the axes, beside ticks like "100,0 %", and their name
_LEGEND: dict[str, Any] = {"loc": "upper center", "ncols": 4, "handlelength": 3.2}


@dataclass(frozen=True)
class Run:
    """A training: ``history`` and ``best_epoch`` as in :func:`curves`, under a short title."""

    title: str
    history: Sequence[Mapping[str, float]]
    best_epoch: int


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
    run = Run("", history, best_epoch)
    figure = blank(style.TEXT_WIDTH, 62)
    loss, accuracy = (style.axes_at(figure, left, 10, 66, 40) for left in (11, 93))
    _draw(loss, run, "loss")
    _draw(accuracy, run, "accuracy")
    _scale(loss, accuracy)
    _mark_best(accuracy, run)
    loss.set_title("Pérdida (entropía cruzada)")
    accuracy.set_title("Precisión")
    if continued_from is not None:
        for axes in (loss, accuracy):
            axes.axvline(
                continued_from + 0.5,
                color=style.INK,
                linewidth=0.8,
                zorder=1,
                label=f"Continuación desde la época {continued_from}",
            )
    figure.legend(*loss.get_legend_handles_labels(), **_LEGEND)
    return finish(figure, f"Curvas de pérdida y precisión de {_alt(run)}")


@style.house_style()
def compared_curves(runs: Sequence[Run]) -> Drawing:
    """Trainings side by side on the same scales: loss above, accuracy below.

    Raises:
        ValueError: there is no run, or a run's best epoch isn't in its history.
    """
    if not runs:
        raise ValueError("a comparison needs a run")
    step = (style.TEXT_WIDTH - _LEFT) / len(runs)
    titles = [style.wrapped(run.title, 0.9 * (step - 5), style.NORMAL) for run in runs]
    figure = blank(style.TEXT_WIDTH, 97 + 3.8 * max(title.count("\n") for title in titles))
    losses, accuracies = (
        [style.axes_at(figure, _LEFT + i * step, bottom, step - 5, 34) for i in range(len(runs))]
        for bottom in (52, 10)
    )
    for run, title, loss, accuracy in zip(runs, titles, losses, accuracies, strict=True):
        loss.sharey(losses[0])
        accuracy.sharey(accuracies[0])
        _draw(loss, run, "loss")
        _draw(accuracy, run, "accuracy")
        loss.set(title=title, xlabel="")
        for axes in (loss, accuracy):
            axes.tick_params(labelleft=run is runs[0])
    _scale(losses[0], accuracies[0])
    for run, accuracy in zip(runs, accuracies, strict=True):
        _mark_best(accuracy, run)
    for axes, measure in ((losses[0], "Pérdida"), (accuracies[0], "Precisión")):
        axes.set_ylabel(measure)
        axes.yaxis.set_label_coords((_NAME - _LEFT) / (step - 5), 0.5)
    figure.legend(*losses[0].get_legend_handles_labels(), **_LEGEND)
    texts = " ".join(f"{run.title}: {_alt(run)}" for run in runs)
    return finish(figure, f"Curvas de pérdida y precisión. {texts}")


def _draw(axes: Axes, run: Run, measure: str) -> None:
    epochs = [entry["epoch"] for entry in run.history]
    every = max(1, len(epochs) // 15)
    for subset, (label, look) in _SETS.items():
        values = [entry[f"{subset}_{measure}"] for entry in run.history]
        axes.plot(epochs, values, label=label, markevery=every, **look)
    axes.axvline(
        run.best_epoch,
        color=style.GREY,
        linewidth=0.9,
        linestyle=":",
        zorder=1,
        label="Mejor época",
    )
    axes.set_xlabel("Época", labelpad=2)
    axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))


def _scale(loss: Axes, accuracy: Axes) -> None:
    """Losses from 0; room below the accuracies for the best epoch's label."""
    # The margin is a part of the losses' range, and of the axis from 0 no room for a marker.
    loss.set_ylim(0, 1.04 * loss.get_ylim()[1])
    loss.yaxis.set_major_formatter(style.decimal_ticks())
    low, high = accuracy.get_ylim()
    accuracy.set_ylim(low - 0.12 * (high - low), min(high, 1 + 0.04 * (high - low)))
    accuracy.yaxis.set_major_formatter(style.percent_ticks())


def _best(run: Run) -> Mapping[str, float]:
    for entry in run.history:
        if entry["epoch"] == run.best_epoch:
            return entry
    raise ValueError(f"epoch {run.best_epoch} isn't in the history")


def _mark_best(axes: Axes, run: Run) -> None:
    accuracy = _best(run)["validation_accuracy"]
    label = f"mejor: época {run.best_epoch} ({percent(accuracy)})"
    axes.plot(run.best_epoch, accuracy, "o", ms=8, mfc="none", mec=style.INK, mew=1)
    # Accuracies rise, so the lower edge is free: beside the line, on the side with more room, or
    # across it where neither has enough (or more, as of a lone epoch), but within the axes.
    low, high = axes.get_xlim()
    width = style.TEXT_WIDTH * axes.get_position().width
    before = width * (run.best_epoch - low) / (high - low)
    half = style.text_width(label) / 2 + 1
    if len(run.history) > 1 and 2 * half <= max(before, width - before):
        side, offset = ("right", -1.0) if before > width / 2 else ("left", 1.0)
    else:
        side, offset = "center", max(0.0, half - before) - max(0.0, half - (width - before))
    axes.annotate(
        label,
        (run.best_epoch, 0.03),
        xycoords=("data", "axes fraction"),
        xytext=(offset * style.POINTS_PER_MM, 1),
        textcoords="offset points",
        ha=side,
        fontsize=style.SMALL,
        bbox={"facecolor": "w", "edgecolor": "none", "pad": 1},
    )


def _alt(run: Run) -> str:
    first, last, best = run.history[0], run.history[-1], _best(run)
    text = (
        f"{style.counted(len(run.history), 'época', 'épocas')}; "
        f"la mejor precisión de validación es {percent(best['validation_accuracy'])}, "
        f"en la época {run.best_epoch}. "
    )
    if first is last:
        return text + (
            f"La pérdida de entrenamiento es {decimal(last['train_loss'])}; "
            f"la de validación, {decimal(last['validation_loss'])}."
        )
    lowest = min(run.history, key=lambda entry: entry["validation_loss"])
    return text + (
        f"La pérdida de entrenamiento pasa de {decimal(first['train_loss'])} "
        f"a {decimal(last['train_loss'])}; la de validación, "
        f"de {decimal(first['validation_loss'])} a {decimal(last['validation_loss'])}, "
        f"con su mínimo de {decimal(lowest['validation_loss'])} en la época {lowest['epoch']:.0f}."
    )
