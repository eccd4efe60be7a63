"""What the losses and accuracies of a training say: bias, overfitting, more epochs."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.drafts.continuation import ACCURACY_STEP, continued
from experiments.drafts.course import LOSS_STEP, Course, course_of, no_forecast
from experiments.drafts.words import Values, capitalised, known
from reportgen.analysis.trends import SHORTEST
from reportgen.spanish import decimal, percent, points

# Training above validation accuracy by more than chance and dropout explain.
ACCURACY_GAP = 0.03
# Below the first the network doesn't even fit its training data; above the second it does.
ACCURACY_LOW, ACCURACY_HIGH = 0.80, 0.95
# A fall of the training accuracy from its maximum beyond what epochs differ by.
DIVERGENCE = 0.20

CONCLUSIONS = {  # by (loss_improves, accuracy_improves)
    (True, True): "cabe esperar que más épocas mejoren todavía el rendimiento",
    (True, False): "más épocas podrían reducir algo la pérdida, pero no hay indicios claros de "
    "que aumenten la precisión",
    (False, True): "más épocas podrían aumentar algo la precisión, pero no hay indicios claros de "
    "que reduzcan la pérdida",
    (False, False): "no hay indicios claros de que más épocas, con la misma configuración, "
    "mejoren el rendimiento",
}


def evolution(
    history: Sequence[Values],
    best: Values,
    *,
    after_epoch: int | None = None,
    continuation: Sequence[Values] | None = None,
) -> list[str]:
    """Sentences on the course of a training.

    Args:
        history: one mapping an epoch: ``epoch`` (from 1 on), ``train_loss``, ``validation_loss``,
            ``train_accuracy``, ``validation_accuracy`` (fractions).
        best: ``epoch`` and ``validation_accuracy`` of the best epoch.
        after_epoch: also say what happened after this epoch, if the training went beyond it.
        continuation: the history of all epochs, where the training went on after ``history``.
    """
    sentences = _within(history, best, after_epoch)
    return sentences + (continued(continuation, len(history)) if continuation else [])


def _within(history: Sequence[Values], best: Values, after_epoch: int | None) -> list[str]:
    sentences = _best(history, best)
    course = course_of(history)
    if course is None:
        return sentences
    sentences += _losses(course)
    if len(course.epochs) < SHORTEST:
        return sentences
    sentences += [_minimum(course), *_gap(course), *_overfitting(course), *_bias(course)]
    if after_epoch is not None:
        sentences += _after(course, after_epoch)
    return [*sentences, _more_epochs(course)]


def _best(history: Sequence[Values], best: Values) -> list[str]:
    accuracy, epoch = known(best, "validation_accuracy"), known(best, "epoch")
    if accuracy is None or epoch is None or not history:
        return []
    if len(history) == 1:
        return [f"La precisión de validación tras la única época es del {percent(accuracy)}."]
    last = max(int(row["epoch"]) for row in history)
    return [
        f"La mejor precisión de validación, del {percent(accuracy)}, se alcanza en la época "
        f"{int(epoch)} de {last}."
    ]


def _losses(course: Course) -> list[str]:
    train, validation = course.train_loss, course.validation_loss
    if len(course.epochs) == 1:
        return [
            f"La pérdida de entrenamiento es de {decimal(train[0], 3)} y la de validación, de "
            f"{decimal(validation[0], 3)}."
        ]
    first, last = course.epochs[0], course.epochs[-1]
    return [
        f"La pérdida de entrenamiento pasa de {decimal(train[0], 3)} en la época {first} a "
        f"{decimal(train[-1], 3)} en la {last}; la de validación, de "
        f"{decimal(validation[0], 3)} a {decimal(validation[-1], 3)}."
    ]


def _minimum(course: Course) -> str:
    low, last = course.lowest, course.epochs[-1]
    minimum = f"La pérdida de validación tiene su mínimo, {decimal(course.validation_loss[low], 3)}"
    if low == len(course.epochs) - 1:
        return f"{minimum}, en la última época, la {last}."
    final = decimal(course.validation_loss[-1], 3)
    if not course.loss_rises:
        return f"{minimum}, en la época {course.epochs[low]}, y en la {last} es de {final}."
    sentence = f"{minimum}, en la época {course.epochs[low]}, y en la {last} ha subido a {final}"
    if course.overfits:
        sentence += (
            ", mientras que la de entrenamiento ha bajado entre ambas épocas, de "
            f"{decimal(course.train_loss[low], 3)} a {decimal(course.train_loss[-1], 3)}"
        )
    return f"{sentence}."


def _gap(course: Course) -> list[str]:
    gaps = course.validation_loss - course.train_loss
    if gaps[-1] < LOSS_STEP:
        return []
    sentence = (
        f"En la época {course.epochs[-1]} la pérdida de validación supera a la de entrenamiento "
        f"en {decimal(gaps[-1], 3)}"
    )
    slope = course.loss_slope(gaps)
    if slope:
        verb = "crece" if slope > 0 else "se reduce"
        sentence += (
            f", y esta brecha de generalización {verb} {decimal(abs(slope), 3)} por época "
            f"{_window(course)}"
        )
    return [f"{sentence}."]


def _overfitting(course: Course) -> list[str]:
    apart = (
        f"los {points(course.accuracy_gap)} que separan la precisión de entrenamiento "
        f"({percent(course.train_accuracy[-1])}) de la de validación "
        f"({percent(course.validation_accuracy[-1])})"
    )
    if course.accuracy_gap >= ACCURACY_GAP:
        if not course.overfits:
            return [capitalised(f"{apart} pueden indicar sobreajuste (overfitting).")]
        return [
            f"La subida de la pérdida de validación y {apart} indican sobreajuste (overfitting)."
        ]
    if course.overfits:
        return [
            "La subida de la pérdida de validación indica un sobreajuste (overfitting) leve: "
            f"{_accuracies(course)}."
        ]
    rises = course.loss_rises or course.loss_climbs
    if rises and not course.fits_on_after(course.lowest):
        return []  # the loss rises for both sets: something else than overfitting
    if rises:
        return [
            "La pérdida de validación tiende a subir al final, aunque queda cerca de su mínimo: "
            "puede ser el comienzo de un sobreajuste (overfitting)."
        ]
    return [
        "No se aprecian síntomas de sobreajuste (overfitting): la pérdida de validación no ha "
        f"subido de forma apreciable desde su mínimo y {_accuracies(course)}."
    ]


def _accuracies(course: Course) -> str:
    """The two final accuracies in one clause."""
    train = percent(course.train_accuracy[-1])
    validation = f"la precisión de validación ({percent(course.validation_accuracy[-1])})"
    apart = points(abs(course.accuracy_gap))
    if apart == points(0):
        return f"{validation} coincide con la de entrenamiento ({train})"
    if course.accuracy_gap < 0:
        return f"{validation} supera en {apart} a la de entrenamiento ({train})"
    return f"{validation} queda {apart} por debajo de la de entrenamiento ({train})"


def _bias(course: Course) -> list[str]:
    accuracy = float(course.train_accuracy[-1])
    if accuracy >= ACCURACY_HIGH:
        return [
            f"La precisión de entrenamiento al final, del {percent(accuracy)}, no apunta a un "
            "problema de sesgo (high bias)."
        ]
    if course.train_accuracy.max() - accuracy >= DIVERGENCE:
        return [
            "La precisión de entrenamiento cae desde el "
            f"{percent(course.train_accuracy.max())} hasta el {percent(accuracy)} al final: el "
            "entrenamiento diverge, y de esa caída no se deduce un problema de sesgo."
        ]
    if accuracy >= ACCURACY_LOW:
        return []
    sentence = (
        f"La precisión de entrenamiento se queda en el {percent(accuracy)}: la red no llega a "
        "ajustarse bien a sus propios datos, lo que apunta a un problema de sesgo (high bias)"
    )
    improves = course.loss_improves or course.accuracy_improves
    if improves and course.loss_slope(course.train_loss) < 0:
        sentence += (
            ", aunque la pérdida de entrenamiento todavía baja y un entrenamiento más largo "
            "podría reducirlo"
        )
    return [f"{sentence}."]


def _after(course: Course, epoch: int) -> list[str]:
    if epoch not in course.epochs[:-1]:
        return []
    at = course.epochs.index(epoch)
    train, validation = course.train_loss, course.validation_loss
    accuracy = course.validation_accuracy
    sentences = [
        f"Entre la época {epoch} y la {course.epochs[-1]} la pérdida de entrenamiento pasa de "
        f"{decimal(train[at], 3)} a {decimal(train[-1], 3)}; la de validación, de "
        f"{decimal(validation[at], 3)} a {decimal(validation[-1], 3)}, y la precisión de "
        f"validación, del {percent(accuracy[at])} al {percent(accuracy[-1])}."
    ]
    before, later = float(accuracy[: at + 1].max()), float(accuracy[at + 1 :].max())
    if later - before >= ACCURACY_STEP:
        sentences.append(
            f"Después de la época {epoch} la mejor precisión de validación todavía sube "
            f"{points(later - before)}, hasta el {percent(later)}."
        )
    elif course.overfits and course.rises_after(at) and course.fits_on_after(at):
        sentences.append(
            f"Después de la época {epoch} la red sigue ajustándose a los datos de entrenamiento "
            "sin que la precisión de validación supere de forma apreciable la que ya había "
            f"alcanzado ({percent(before)}): es el comportamiento propio del sobreajuste."
        )
    return sentences


def _more_epochs(course: Course) -> str:
    loss = _direction(course.loss_trend, decimal(abs(course.loss_trend), 3))
    if course.loss_trend < 0 and not course.loss_improves:
        low = course.epochs[course.lowest]
        loss += f" (aunque termina por encima de su mínimo de la época {low})"
    accuracy = _direction(course.accuracy_trend, points(abs(course.accuracy_trend)))
    if course.accuracy_trend > 0 and not course.accuracy_improves:
        best = course.epochs[int(course.validation_accuracy.argmax())]
        accuracy += f" (sin llegar a su máximo de la época {best})"
    conclusion = (
        no_forecast(len(course.epochs))
        or CONCLUSIONS[course.loss_improves, course.accuracy_improves]
    )
    both = f"la pérdida de validación {loss} y la precisión de validación {accuracy}"
    if not course.loss_trend and not course.accuracy_trend:
        both = "ni la pérdida ni la precisión de validación muestran una tendencia clara"
    return f"{capitalised(_window(course))} {both}: {conclusion}."


def _direction(slope: float, amount: str) -> str:
    if not slope:
        return "no muestra una tendencia clara"
    return f"{'sube' if slope > 0 else 'baja'} {amount} por época"


def _window(course: Course) -> str:
    return f"entre las épocas {course.epochs[-course.window]} y {course.epochs[-1]}"
