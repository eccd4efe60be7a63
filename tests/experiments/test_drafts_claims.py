"""200 random trainings, each sentence held against what it claims."""

from __future__ import annotations

import math
import re
from statistics import linear_regression
from typing import Any

import numpy as np
import pytest

from experiments.drafts.course import FORECAST
from experiments.drafts.evolution import CONCLUSIONS
from tests.experiments.histories import CIFAR, draft


def number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


def found(pattern: str, text: str) -> list[Any] | None:
    """The numbers of a sentence, if it was printed. N stands for a decimal, K for an epoch."""
    pattern = pattern.replace("N", r"(-?[\d.]+,\d+)").replace("K", r"(\d+)")
    match = re.search(pattern, text)
    return match and [number(group) if "," in group else int(group) for group in match.groups()]


def random_training(rng: np.random.Generator) -> dict[str, list[float]]:
    """Losses that fall, then perhaps rise again, with noise; accuracies that go along."""
    length = int(rng.choice([1, 2, 3, 4, 6, 10, 11, 15, 15, 20]))
    steps = np.arange(length)
    scale = float(rng.choice([0.02, 0.3, 1.5]))
    noise = scale * float(rng.choice([0.0, 0.01, 0.1]))
    falling = scale * (np.exp(-steps / rng.uniform(1, 15)) + rng.choice([0.0, 0.5]))
    turn = rng.integers(rng.choice([0, max(0, length - 4)]), length)
    rising = scale * rng.choice([-0.01, 0.0, 0.005, 0.02, 0.1]) * np.maximum(0, steps - turn)
    train_rise = scale * rng.choice([0.0, 0.0, 0.2]) * np.maximum(0, steps - turn)
    shock = rng.choice([0.0, 0.0, 0.5]) * np.where(steps >= turn, np.exp((turn - steps) / 6), 0)
    ceiling = rng.uniform(0.5, 1)
    learning = ceiling * (1 - 0.5 * np.exp(-steps / rng.uniform(1, 8)))
    gap = rng.choice([-0.02, 0.0, 0.02, 0.1]) * steps / length

    def noisy(values: np.ndarray, size: float, most: float) -> list[float]:
        return [float(value) for value in np.clip(values + rng.normal(0, size, length), 1e-5, most)]

    return {
        "train_loss": noisy(falling + train_rise, noise, 10),
        "validation_loss": noisy(
            falling + scale * rng.uniform(-0.1, 0.3) + rising + scale * shock, noise, 10
        ),
        "train_accuracy": noisy(learning, 0.002, 1),
        "validation_accuracy": noisy(
            learning - gap - shock / 5, float(rng.choice([0.0, 0.004])), 1
        ),
    }


def slope(values: list[float], first: int, last: int) -> float:
    """By the standard library, over the epochs that a sentence names."""
    epochs = list(range(first, last + 1))
    return linear_regression(epochs, values[first - 1 : last]).slope


def check(columns: dict[str, list[float]], text: str) -> set[str]:
    """Asserts every claim in the text; returns the kinds of claims that it made."""
    train, validation = columns["train_loss"], columns["validation_loss"]
    train_accuracy, accuracy = columns["train_accuracy"], columns["validation_accuracy"]
    last, kinds = len(train), set()
    lowest = min(validation)
    risen = validation[-1] > 1.0999 * lowest
    apart = 100 * (train_accuracy[-1] - accuracy[-1])

    def near(printed: float, value: float, digits: int) -> bool:
        return round(abs(printed - value), 9) <= 0.51 * float(f"1e-{digits}")

    if values := found(
        r"mejor precisión de validación, del N\xa0%, se alcanza en la época K de K", text
    ):
        kinds.add("best")
        assert near(values[0], 100 * max(accuracy), 2)
        assert accuracy[values[1] - 1] == max(accuracy)
        assert values[2] == last
    if values := found(
        "mínimo, N, en la (?:última )?época,?(?: la)? K", text.replace("época, la", "época la")
    ):
        kinds.add("minimum")
        assert near(values[0], lowest, 3)
        assert validation[values[1] - 1] == lowest
    if values := found("en la época K, y en la K ha subido a N", text):
        kinds.add("rise")
        assert risen
        assert values[1] == last
        assert near(values[2], validation[-1], 3)
        assert values[2] > lowest
    if values := found("en la época K, y en la K es de N", text):
        kinds.add("no rise")
        assert validation[-1] - lowest < max(0.00101, 0.1001 * lowest)
    if values := found("en la época K, .* ha bajado entre ambas épocas, de N a N", text):
        kinds.add("training fell")
        assert near(values[1], train[values[0] - 1], 3)
        assert near(values[2], train[-1], 3)
        assert values[1] > values[2]
    if values := found("supera a la de entrenamiento en N", text):
        kinds.add("gap")
        assert near(values[0], validation[-1] - train[-1], 3)
    gaps = [v - t for v, t in zip(validation, train, strict=True)]
    if values := found("brecha de generalización crece N por época entre las épocas K y K", text):
        kinds.add("gap grows")
        assert near(values[0], slope(gaps, values[1], values[2]), 3)
    if values := found(
        "brecha de generalización se reduce N por época entre las épocas K y K", text
    ):
        kinds.add("gap shrinks")
        assert near(values[0], -slope(gaps, values[1], values[2]), 3)
    if values := found(
        r"os N\xa0puntos que separan la precisión de entrenamiento \(N\xa0%\) "
        r"de la de validación \(N\xa0%\) (?:pueden )?indica[rn] sobreajuste",
        text,
    ):
        kinds.add("overfitting by accuracy")
        assert apart >= 2.999
        assert near(values[0], apart, 2)
        assert near(values[1], 100 * train_accuracy[-1], 2)
        assert near(values[2], 100 * accuracy[-1], 2)
    if "La subida de la pérdida de validación" in text:
        kinds.add("overfitting by loss")
        assert risen
        assert train[-1] < train[validation.index(lowest)]
        assert ("leve" in text) == (apart < 3)
    if "No se aprecian síntomas de sobreajuste" in text:
        kinds.add("no overfitting")
        assert not risen or validation[-1] - lowest < 0.00101
        assert apart < 3.001
        assert "la pérdida de validación sube" not in text
    if "puede ser el comienzo" in text:
        kinds.add("beginning")
        assert train[-1] < train[validation.index(lowest)]
        assert validation[-1] > lowest
        assert slope(validation, last - max(3, math.ceil(last / 3)) + 1, last) > 0
    if values := found(r"supera en N\xa0puntos a la de entrenamiento", text):
        kinds.add("validation above")
        assert near(values[0], -apart, 2)
    if values := found(r"queda N\xa0puntos por debajo de la de entrenamiento", text):
        kinds.add("validation below")
        assert near(values[0], apart, 2)
    if "se queda en el" in text:
        kinds.add("bias")
        assert train_accuracy[-1] < 0.8
        if "podría reducirlo" in text:
            kinds.add("bias that may go")
            assert CONCLUSIONS[False, False] not in text
    if "no apunta a un problema de sesgo" in text:
        kinds.add("no bias")
        assert train_accuracy[-1] >= 0.95
    if "la red sigue ajustándose" in text:
        kinds.add("after: overfits")
        assert train[-1] < train[9]
        assert validation[-1] > 1.0999 * validation[9]
        assert max(accuracy[10:]) < max(accuracy[:10]) + 0.00201
        assert "ha subido a" in text
    if values := found(r"todavía sube N\xa0puntos, hasta el N\xa0%", text):
        kinds.add("after: improves")
        assert near(values[0], 100 * (max(accuracy[10:]) - max(accuracy[:10])), 2)
        assert near(values[1], 100 * max(accuracy), 2)
    for name, series, digits, unit in (
        ("pérdida", validation, 3, ""),
        ("precisión", [100 * value for value in accuracy], 2, r"\xa0puntos"),
    ):
        for verb, sign in (("sube", 1), ("baja", -1)):
            pattern = rf"Entre las épocas K y K [^.]*{name} de validación {verb} N{unit} por época"
            if values := found(pattern, text):
                kinds.add(f"{name} {verb}")
                assert near(values[2], sign * slope(series, values[0], values[1]), digits)
                assert values[2] > 0
    said = [key for key, words in CONCLUSIONS.items() if words in text]
    assert bool(said) is (last >= FORECAST)
    if said:
        [(loss_improves, accuracy_improves)] = said
        kinds.add(f"conclusion {said[0]}")
        [first, end] = found("Entre las épocas K y K (?:la|ni)", text) or []
        recent = slice(first - 1, end)
        assert (first, end) == (last - max(3, math.ceil(last / 3)) + 1, last)
        if loss_improves:
            assert min(validation[recent]) == lowest
            assert "pérdida de validación baja" in text
            assert "ha subido a" not in text
        if accuracy_improves:
            assert max(accuracy[recent]) == max(accuracy)
            assert "precisión de validación sube" in text
    if values := found("termina por encima de su mínimo de la época K", text):
        kinds.add("above minimum")
        assert validation[-1] > validation[values[0] - 1] == lowest
    if values := found("sin llegar a su máximo de la época K", text):
        kinds.add("below maximum")
        assert accuracy[-1] < accuracy[values[0] - 1] == max(accuracy)
    return kinds


def test_200_random_trainings_support_every_sentence_printed_of_them() -> None:
    kinds: set[str] = set()
    for seed in range(200):
        columns = random_training(np.random.default_rng(seed))
        text = draft(columns, after_epoch=10)
        assert "nan" not in text.lower(), seed
        assert "−0,00" not in text, seed
        kinds |= check(columns, text)

    # Every kind of claim came up, so that none went unchecked.
    assert kinds >= {
        *("best", "minimum", "rise", "no rise", "training fell", "gap", "gap grows"),
        *("gap shrinks", "overfitting by accuracy", "overfitting by loss", "no overfitting"),
        *("beginning", "validation above", "validation below", "bias", "bias that may go"),
        *("no bias", "after: overfits", "after: improves", "above minimum", "below maximum"),
        *("pérdida sube", "pérdida baja", "precisión sube", "precisión baja"),
        *(f"conclusion {key}" for key in CONCLUSIONS),
    }


def test_the_check_itself_notices_a_false_claim() -> None:
    text = draft(CIFAR, after_epoch=10)

    with pytest.raises(AssertionError):
        check(CIFAR | {"validation_loss": CIFAR["validation_loss"][::-1]}, text)
    with pytest.raises(AssertionError):
        check(CIFAR | {"validation_accuracy": CIFAR["validation_accuracy"][::-1]}, text)
    with pytest.raises(AssertionError):
        check(CIFAR | {"train_loss": CIFAR["train_loss"][::-1]}, text)
