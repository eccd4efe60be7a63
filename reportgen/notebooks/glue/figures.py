"""The notebooks' figures, in plain matplotlib."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from reportgen.analysis.separability import Line


def plot_history(history: list[dict[str, float]], best_epoch: int, title: str) -> None:
    """Loss and accuracy by epoch, the best epoch marked."""
    epochs = [epoch["epoch"] for epoch in history]
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.5))
    for ax, measure, name in zip(axes, ("loss", "accuracy"), ("Pérdida", "Precisión"), strict=True):
        for part, label in (("train", "entrenamiento"), ("validation", "validación")):
            values = [epoch[f"{part}_{measure}"] for epoch in history]
            ax.plot(epochs, values, marker="o", label=label)
        ax.axvline(best_epoch, color="grey", linestyle=":", label="mejor época")
        ax.set(xlabel="Época", ylabel=name)
        ax.xaxis.get_major_locator().set_params(integer=True)
    axes[0].legend()
    figure.suptitle(title)
    plt.show()


def plot_confusion(matrix: list[list[int]], classes: Sequence[str], title: str) -> None:
    """Counts by true class (rows) and predicted class (columns)."""
    size = 2 + 0.5 * len(classes)
    figure, ax = plt.subplots(figsize=(size, size))
    ax.imshow(np.array(matrix), cmap="Blues")
    ticks = range(len(classes))
    ax.set_xticks(ticks, classes, rotation=45, ha="right")
    ax.set_yticks(ticks, classes)
    half = max(map(max, matrix)) / 2
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            colour = "white" if count > half else "black"
            ax.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8)
    ax.set(xlabel="Clase predicha", ylabel="Clase verdadera", title=title)
    figure.tight_layout()
    plt.show()


def plot_embedding(
    ax: Axes,
    points: NDArray[np.float32],
    labels: NDArray[np.int64],
    classes: Sequence[str],
    title: str,
) -> None:
    """The classes of a t-SNE picture, each in its colour."""
    colours = plt.get_cmap("tab10" if len(classes) <= 10 else "turbo", len(classes))
    for label, name in enumerate(classes):
        members = points[labels == label]
        ax.scatter(members[:, 0], members[:, 1], s=6, color=colours(label), label=name)
    ax.set(title=title, xticks=[], yticks=[])


def plot_line(ax: Axes, points: NDArray[np.float32], line: Line) -> None:
    """The line that separates two classes best, and rings around what lies on its wrong side."""
    (a, b), limits = line["weights"], (ax.get_xlim(), ax.get_ylim())
    if abs(b) > abs(a):
        x = np.array(limits[0])
        ax.plot(x, -(a * x + line["bias"]) / b, color="black")
    else:
        y = np.array(limits[1])
        ax.plot(-(b * y + line["bias"]) / a, y, color="black")
    wrong = points[line["misplaced"]]
    ax.scatter(wrong[:, 0], wrong[:, 1], s=40, facecolors="none", edgecolors="black")
    ax.set(xlim=limits[0], ylim=limits[1])
