from __future__ import annotations

import random
from typing import Any

import pytest

from experiments.drafts.continuation import ACCURACY_STEP, continued


def rows(accuracies: list[float], losses: list[float] | None = None) -> list[dict[str, Any]]:
    losses = losses or [0.5] * len(accuracies)
    return [
        {"epoch": epoch, "validation_accuracy": accuracy, "validation_loss": loss}
        for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True), 1)
    ]


def test_an_improvement_is_told_with_its_numbers() -> None:
    (text,) = continued(rows([0.5, 0.6, 0.55, 0.66, 0.64], [1, 0.9, 0.95, 0.8, 0.85]), 2)
    assert "continuar el entrenamiento 3 épocas más" in text
    assert "del 66,00\xa0% (época 4), frente al 60,00\xa0% de la época 2" in text
    assert "0,800, frente a 0,900" in text
    assert text.endswith("las épocas añadidas mejoran la precisión 6,00\xa0puntos.")


def test_a_single_epoch_more_is_singular() -> None:
    assert "1 época más desde" in continued(rows([0.5, 0.6]), 1)[0]


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (ACCURACY_STEP, "mejoran la precisión"),
        (ACCURACY_STEP / 2, "no cambian la precisión"),
        (0.0, "no cambian la precisión"),
        (-ACCURACY_STEP, "no alcanzan la precisión"),
    ],
)
def test_the_step_that_counts(gain: float, words: str) -> None:
    assert words in continued(rows([0.0, ACCURACY_STEP, ACCURACY_STEP + gain]), 2)[0]


def test_nothing_is_said_of_epochs_that_werent_run() -> None:
    assert continued(rows([0.5, 0.6]), 2) == []
    assert continued([], 2) == []


def test_random_histories_are_judged_by_their_maxima() -> None:
    dice = random.Random(0)
    for _ in range(200):
        accuracies = [dice.random() for _ in range(dice.randint(2, 12))]
        after = dice.randint(1, len(accuracies) - 1)
        (text,) = continued(rows(accuracies), after)
        better = max(accuracies[after:]) - max(accuracies[:after]) >= ACCURACY_STEP
        assert ("mejoran la precisión" in text) == better
