"""Histories of trainings, and what is drafted of them."""

from __future__ import annotations

from typing import Any

from experiments.drafts.evolution import evolution

Rows = list[dict[str, Any]]

# Rounded from a run on MNIST and one on CIFAR-10 without augmentation.
MNIST = {
    "train_loss": [0.2, 0.055, 0.038, 0.028, 0.022, 0.017, 0.014, 0.011, 0.0095, 0.0082],
    "validation_loss": [0.061, 0.042, 0.035, 0.031, 0.029, 0.0275, 0.031, 0.0264, 0.032, 0.033],
    "train_accuracy": [0.94, 0.983, 0.988, 0.991, 0.993, 0.9945, 0.995, 0.9965, 0.9968, 0.9973],
    "validation_accuracy": [
        *(0.981, 0.9861, 0.988, 0.9893, 0.9902, 0.991, 0.9904, 0.9922, 0.9911, 0.9913),
    ],
}
CIFAR = {
    "train_loss": [
        *(1.6, 1.25, 1.06, 0.9, 0.77, 0.66, 0.55, 0.45, 0.36, 0.29, 0.23, 0.18, 0.14, 0.11, 0.08),
    ],
    "validation_loss": [
        *(1.35, 1.12, 1.0, 0.94, 0.9, 0.89, 0.9, 0.93, 0.97, 1.01, 1.08, 1.2, 1.27, 1.36, 1.44),
    ],
    "train_accuracy": [
        *(0.42, 0.55, 0.62, 0.68, 0.73, 0.77, 0.81, 0.85, 0.87, 0.9, 0.92, 0.94, 0.95, 0.96, 0.973),
    ],
    "validation_accuracy": [
        *(0.51, 0.6, 0.65, 0.68, 0.69, 0.705, 0.712, 0.715, 0.718, 0.7205, 0.716, 0.7171, 0.7145),
        *(0.716, 0.7149),
    ],
}


def rows(columns: dict[str, list[float]]) -> Rows:
    epochs = range(1, len(columns["train_loss"]) + 1)
    return [
        {"epoch": epoch} | {name: values[epoch - 1] for name, values in columns.items()}
        for epoch in epochs
    ]


def best_of(history: Rows) -> dict[str, Any]:
    best = max(history, key=lambda row: row["validation_accuracy"])
    return {"epoch": best["epoch"], "validation_accuracy": best["validation_accuracy"]}


def draft(columns: dict[str, list[float]], after_epoch: int | None = None) -> str:
    history = rows(columns)
    return "\n".join(evolution(history, best_of(history), after_epoch=after_epoch))


def flat(**columns: list[float]) -> dict[str, list[float]]:
    """A training in which nothing happens, but for the given columns."""
    length = len(next(iter(columns.values())))
    still = {
        "train_loss": [0.3] * length,
        "validation_loss": [0.3] * length,
        "train_accuracy": [0.9] * length,
        "validation_accuracy": [0.9] * length,
    }
    return still | columns
