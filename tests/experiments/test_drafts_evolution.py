from __future__ import annotations

import math
import re

import pytest

from experiments.drafts.course import FORECAST
from experiments.drafts.evolution import CONCLUSIONS, evolution
from tests.experiments.histories import CIFAR, MNIST, best_of, draft, flat, rows


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


def test_a_training_that_diverged_isn_t_called_biased() -> None:
    text = draft(flat(train_accuracy=[0.5, 0.7, 0.7, 0.1]))

    assert "cae desde el 70,00\xa0% hasta el 10,00\xa0% al final: el entrenamiento diverge" in text
    assert "apunta a un problema de sesgo" not in text
