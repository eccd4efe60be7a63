from __future__ import annotations

import math
import re
from statistics import linear_regression
from typing import Any

import numpy as np
import pytest

from experiments.drafts.course import FORECAST
from experiments.drafts.evolution import CONCLUSIONS, evolution

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


def test_overfitting_on_cifar_is_told_with_its_numbers() -> None:
    text = draft(CIFAR, after_epoch=10)

    assert "del 72,05\xa0%, se alcanza en la época 10 de 15." in text
    assert "su mínimo, 0,890, en la época 6, y en la 15 ha subido a 1,440" in text
    assert "ha bajado entre ambas épocas, de 0,660 a 0,080" in text
    assert "La subida de la pérdida de validación y los 25,81\xa0puntos que separan" in text
    assert "Después de la época 10 la red sigue ajustándose" in text
    assert "la pérdida de validación sube 0,088 por época" in text
    assert CONCLUSIONS[False, False] in text
    assert "(high bias)" in text
    assert "no apunta" in text


def test_a_small_rise_on_mnist_is_called_slight() -> None:
    text = draft(MNIST)

    assert "sobreajuste (overfitting) leve" in text
    assert (
        "(99,13\xa0%) queda 0,60\xa0puntos por debajo de la de entrenamiento (99,73\xa0%)" in text
    )
    assert "Entre las épocas 7 y 10 ni la pérdida ni la precisión" in text


def test_the_rise_is_said_from_a_tenth_on() -> None:
    losses = [0.6, 0.5, 0.4, 0.3, 0.2]

    assert "ha subido a 0,550" in draft(
        flat(train_loss=losses, validation_loss=[0.7, 0.5, 0.55, 0.5, 0.55])
    )
    below = draft(flat(train_loss=losses, validation_loss=[0.7, 0.5, 0.549, 0.5, 0.549]))
    assert "ha subido a" not in below
    assert "y en la 5 es de 0,549" in below


def test_a_rise_that_three_decimals_cannot_show_is_no_rise() -> None:
    text = draft(flat(train_loss=[0.6, 0.3, 0.2], validation_loss=[0.5, 0.0002, 0.0011]))

    assert "ha subido a" not in text


def test_a_rise_of_both_losses_is_not_called_overfitting() -> None:
    text = draft(flat(train_loss=[0.5, 0.3, 0.6], validation_loss=[0.6, 0.4, 0.8]))

    assert "ha subido a 0,800." in text
    assert "sobreajuste" not in text


def test_a_gap_of_accuracies_counts_from_three_points_on() -> None:
    validation = [0.7, 0.8, 0.87]

    assert "Los 3,01\xa0puntos que separan" in draft(
        flat(train_accuracy=[0.7, 0.8, 0.9001], validation_accuracy=validation)
    )
    assert "No se aprecian síntomas de sobreajuste" in draft(
        flat(train_accuracy=[0.7, 0.8, 0.8999], validation_accuracy=validation)
    )


def test_a_loss_that_begins_to_rise_is_not_called_free_of_symptoms() -> None:
    rising = [0.5, 0.52, 0.54]
    text = draft(flat(train_loss=[0.5, 0.4, 0.3], validation_loss=rising))

    assert "puede ser el comienzo de un sobreajuste" in text
    assert "No se aprecian" not in text
    assert "sobreajuste" not in draft(flat(train_loss=rising, validation_loss=rising))
    unsteady = draft(flat(train_loss=[0.4, 0.35, 0.3], validation_loss=[0.4, 0.41, 0.435]))
    assert "puede ser el comienzo de un sobreajuste" in unsteady, "though it may be by chance"


@pytest.mark.parametrize(
    ("accuracy", "low", "high"), [(0.7999, True, False), (0.8, False, False), (0.95, False, True)]
)
def test_bias_is_judged_by_the_training_accuracy(accuracy: float, low: bool, high: bool) -> None:
    text = draft(flat(train_accuracy=[0.5, 0.6, accuracy]))

    assert ("apunta a un problema de sesgo (high bias)" in text and "se queda" in text) is low
    assert ("no apunta a un problema de sesgo" in text) is high


@pytest.mark.parametrize(
    ("loss", "accuracy", "conclusion"),
    [
        ([0.7, 0.6, 0.5, 0.4], [0.6, 0.7, 0.8, 0.9], (True, True)),
        ([0.7, 0.6, 0.5, 0.4], [0.9] * 4, (True, False)),
        ([0.5] * 4, [0.6, 0.7, 0.8, 0.9], (False, True)),
        ([0.5] * 4, [0.9] * 4, (False, False)),
        # falling, but still above what the epochs before had reached
        ([0.1, 0.2, 0.7, 0.7, 0.6, 0.5, 0.4], [0.95, 0.9, 0.5, 0.5, 0.6, 0.7, 0.8], (False, False)),
        # falls on the whole, but ends above its minimum
        ([2.0, 1.5, 0.8, 0.9], [0.9] * 4, (False, False)),
    ],
)
def test_more_epochs_are_judged_by_both_trends(
    loss: list[float], accuracy: list[float], conclusion: tuple[bool, bool]
) -> None:
    early = FORECAST - len(loss)
    text = draft(
        flat(
            validation_loss=[loss[0]] * early + loss,
            validation_accuracy=[accuracy[0]] * early + accuracy,
        )
    )

    assert [key for key, words in CONCLUSIONS.items() if words in text] == [conclusion]


@pytest.mark.parametrize(("epochs", "few"), [(FORECAST - 1, True), (FORECAST, False)])
def test_few_epochs_foretell_nothing(epochs: int, few: bool) -> None:
    text = draft(flat(validation_loss=[2 - 0.1 * epoch for epoch in range(epochs)]))

    assert (f"con solo {epochs} épocas no se puede prever" in text) is few
    assert any(words in text for words in CONCLUSIONS.values()) is not few


def test_a_zigzag_has_no_trend() -> None:
    text = draft(flat(validation_loss=[0.5, 0.8, 0.4, 0.7, 0.45, 0.75, 0.5, 0.9, 0.5]))

    assert "ni la pérdida ni la precisión de validación muestran una tendencia clara" in text


@pytest.mark.parametrize(
    ("step", "said"),
    [(0.0103, True), (0.0097, False)],  # 2 % of about 0.5
)
def test_a_slope_of_the_loss_is_said_from_two_per_cent_on(step: float, said: bool) -> None:
    text = draft(flat(validation_loss=[0.5 + step, 0.5, 0.5 - step]))

    assert ("la pérdida de validación baja 0,010 por época" in text) is said


@pytest.mark.parametrize(("step", "said"), [(0.00103, True), (0.00097, False)])
def test_a_slope_of_the_accuracy_is_said_from_a_tenth_of_a_point_on(
    step: float, said: bool
) -> None:
    text = draft(flat(validation_accuracy=[0.9 - step, 0.9, 0.9 + step]))

    assert ("la precisión de validación sube 0,10\xa0puntos por época" in text) is said


@pytest.mark.parametrize(("off", "said"), [(0.0049, True), (0.0050, False)])
def test_a_slope_is_said_if_zero_is_not_in_its_interval(off: float, said: bool) -> None:
    # residuals of (1, -3, 3, -1) · off, orthogonal to the line: an error of off · √2, of which the
    # interval has 4.30 to each side
    accuracies = [0.8 + off, 0.83 - 3 * off, 0.86 + 3 * off, 0.89 - off]
    text = draft(flat(validation_accuracy=[0.7] * 8 + accuracies))

    assert ("la precisión de validación sube 3,00\xa0puntos por época" in text) is said


@pytest.mark.parametrize(("fall", "said"), [(0.0011, True), (0.0009, False)])
def test_the_training_loss_falls_from_what_can_be_printed_on(fall: float, said: bool) -> None:
    text = draft(flat(train_loss=[0.3, 0.2, 0.2 - fall], validation_loss=[0.6, 0.4, 0.6]))

    assert ("ha bajado entre ambas épocas" in text) is said
    assert ("sobreajuste" in text) is said


def test_a_minimum_in_the_last_epoch_is_not_compared_with_itself() -> None:
    text = draft(flat(validation_loss=[0.5, 0.45, 0.4]))

    assert "tiene su mínimo, 0,400, en la última época, la 3." in text


def test_a_training_that_is_short_and_biased_may_still_improve() -> None:
    low = flat(train_loss=[2.0, 1.8, 1.6], train_accuracy=[0.3, 0.4, 0.5])

    assert "podría reducirlo" in draft(low | {"validation_loss": [2.0, 1.8, 1.6]})
    assert "podría reducirlo" in draft(low | {"validation_accuracy": [0.3, 0.4, 0.5]})
    assert "podría reducirlo" not in draft(low)


def test_what_happened_after_an_epoch_needs_a_later_one() -> None:
    shorter = {name: values[:10] for name, values in CIFAR.items()}
    longer = {name: values[:11] for name, values in CIFAR.items()}

    assert "10 de 10" in draft(shorter, after_epoch=10)
    assert "Entre la época 10 y" not in draft(shorter, after_epoch=10)
    assert "Entre la época 10 y la 11 la pérdida" in draft(longer, after_epoch=10)


def test_accuracy_that_still_grows_after_the_epoch_is_said() -> None:
    grown = CIFAR | {"validation_accuracy": [*CIFAR["validation_accuracy"][:14], 0.7225]}
    earlier = [*CIFAR["validation_accuracy"][:8], 0.7225, *CIFAR["validation_accuracy"][9:]]
    hardly = CIFAR | {"validation_accuracy": [*CIFAR["validation_accuracy"][:14], 0.7224]}

    still = "la mejor precisión de validación todavía sube 0,20\xa0puntos, hasta el 72,25\xa0%"
    assert still in draft(grown, after_epoch=10)
    assert "todavía sube" not in draft(hardly, after_epoch=10)
    assert "todavía sube" not in draft(CIFAR | {"validation_accuracy": earlier}, after_epoch=10)
    assert "propio del sobreajuste" in draft(hardly, after_epoch=10)


@pytest.mark.parametrize("length", [1, 2])
def test_a_short_run_gets_no_verdict(length: int) -> None:
    text = draft({name: values[:length] for name, values in CIFAR.items()}, after_epoch=10)

    assert len(text.splitlines()) == 2
    assert ("pasa de 1,600 en la época 1 a 1,250 en la 2" in text) is (length == 2)
    assert ("es de 1,600 y la de validación, de 1,350" in text) is (length == 1)
    assert "precisión de validación" in text
    assert not re.search("sobreajuste|sesgo|más épocas|mínimo", text)


def test_numbers_that_are_missing_leave_only_what_is_known() -> None:
    history = rows(CIFAR)
    history[4]["validation_loss"] = math.nan

    assert evolution(history, best_of(history)) == [
        "La mejor precisión de validación, del 72,05\xa0%, se alcanza en la época 10 de 15."
    ]
    assert evolution([], {"epoch": 1, "validation_accuracy": 0.5}) == []
    assert evolution(history, {"epoch": 10, "validation_accuracy": math.nan}) == []


def test_the_order_of_the_history_does_not_matter() -> None:
    history = rows(CIFAR)

    assert evolution(history[::-1], best_of(history)) == evolution(history, best_of(history))


# --- 200 random trainings, each sentence held against what it claims ---


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


def test_a_training_that_diverged_isn_t_called_biased() -> None:
    text = draft(flat(train_accuracy=[0.5, 0.7, 0.7, 0.1]))

    assert "cae desde el 70,00\xa0% hasta el 10,00\xa0% al final: el entrenamiento diverge" in text
    assert "apunta a un problema de sesgo" not in text
