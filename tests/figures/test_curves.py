from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reportgen.figures.curves import Run, compared_curves, curves
from reportgen.figures.drawing import Drawing
from reportgen.figures.style import POINTS_PER_MM, text_width

Texts = Callable[[Drawing], list[str]]
History = Callable[[int, int], list[dict[str, float]]]


def test_best_epoch_is_written_with_its_accuracy(texts: Texts, history: History) -> None:
    found = texts(curves(history(10, 8), 8))
    assert "mejor: época 8 (97,00\u00a0%)" in found
    assert found.count("Época") == 2
    assert {"Entrenamiento", "Validación", "Precisión"} <= set(found)


def test_alt_states_best_epoch_losses_and_the_lowest_one(history: History) -> None:
    alt = curves(history(10, 8), 8).alt
    # The made losses are 0.5/e and 0.3/e + 0.02 e, lowest at epoch 4: 0.155.
    assert alt == (
        "Curvas de pérdida y precisión de 10 épocas; la mejor precisión de validación es "
        "97,00\u00a0%, en la época 8. La pérdida de entrenamiento pasa de 0,50 a 0,05; la de "
        "validación, de 0,32 a 0,23, con su mínimo de 0,16 en la época 4."
    )


def test_one_epoch_has_no_course(history: History) -> None:
    alt = curves(history(1, 1), 1).alt
    assert "1 época;" in alt
    assert "pasa de" not in alt
    assert "La pérdida de entrenamiento es 0,50; la de validación, 0,32." in alt


@pytest.mark.parametrize(
    ("epochs", "best", "anchor"), [(1, 1, "middle"), (10, 2, "start"), (10, 9, "end")]
)
def test_the_best_epochs_label_stands_where_there_is_room(
    epochs: int, best: int, anchor: str, history: History
) -> None:
    svg = curves(history(epochs, best), best).svg.decode()
    label = re.search(r'<text[^>]*style="([^"]*)"[^>]*>mejor: ', svg)
    assert label is not None
    assert f"text-anchor: {anchor}" in label[1]


@pytest.mark.parametrize("epochs", [1, 2, 10, 15, 60])
def test_epoch_ticks_are_whole_numbers(epochs: int, texts: Texts, history: History) -> None:
    ticks = [text for text in texts(curves(history(epochs, 1), 1)) if text.isdigit()]
    assert ticks
    assert all(1 <= int(tick) <= epochs for tick in ticks)


def test_continuation_is_divided_only_where_there_is_one(texts: Texts, history: History) -> None:
    label = "Continuación desde la época 20"
    assert label in texts(curves(history(30, 8), 8, continued_from=20))
    assert label not in texts(curves(history(30, 8), 8))


def test_no_accuracy_over_a_hundred_percent_on_the_axis(texts: Texts, history: History) -> None:
    entries = [entry | {"train_accuracy": 1.0} for entry in history(10, 8)]
    ticks = [text for text in texts(curves(entries, 8)) if text.endswith("\u00a0%")]
    assert all(float(tick[:-2].replace(",", ".")) <= 100 for tick in ticks)


def test_the_highest_losss_marker_is_whole(history: History) -> None:
    close = [entry | {"train_loss": 2.30, "validation_loss": 2.31} for entry in history(1, 1)]
    svg = curves(close, 1).svg.decode()
    box = re.search(r'<clipPath[^>]*>\s*<rect[^>]* y="([\d.]+)"', svg)
    assert box is not None
    top = float(box[1])
    heights = [float(y) for y in re.findall(r'<use [^>]*y="([\d.]+)" style="fill: #', svg)]
    below = [height - top for height in heights if height > top - 5]  # the legend's are higher
    assert min(below) > 3, "a marker reaches that many points up"


def test_unknown_best_epoch_is_refused(history: History) -> None:
    with pytest.raises(ValueError, match="epoch 11"):
        curves(history(10, 8), 11)


def test_compared_trainings_share_their_scale(texts: Texts, history: History) -> None:
    high = [entry | {"train_loss": 3.0} for entry in history(5, 2)]
    drawing = compared_curves([Run("Una", history(5, 2), 2), Run("Otra", high, 2)])
    found = texts(drawing)
    assert "3,0" in found, "the second training's loss is on the first one's axis"
    assert found.count("3,0") == 1, "the axis is labelled once"
    assert "Una: 5 épocas; " in drawing.alt
    assert "de 3,00 a 3,00" in drawing.alt


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a run"):
        compared_curves([])


def test_what_is_measured_is_whole_beside_the_widest_ticks(texts: Texts, history: History) -> None:
    high = [
        entry | {"train_accuracy": accuracy, "validation_accuracy": accuracy}
        for entry, accuracy in zip(history(3, 2), (0.9, 1.0, 0.95), strict=True)
    ]
    drawing = compared_curves([Run("Una", high, 2), Run("Otra", high, 2)])
    assert "100,0\u00a0%" in texts(drawing)
    left = [float(x) for x in re.findall(r'x="([\d.]+)"[^>]*rotate\(-90 ', drawing.svg.decode())]
    assert len(left) == 2
    assert len(set(left)) == 1, "one below the other"
    assert left[0] > 7, "an Á of 8.5 points reaches that far to the left"


@pytest.mark.parametrize("best", [1, 2, 3])
def test_the_best_epochs_label_stays_within_a_narrow_panel(history: History, best: int) -> None:
    svg = compared_curves([Run(name, history(3, best), best) for name in "ABC"]).svg.decode()
    found = re.search(r'text-anchor: (\w+)[^>]* x="([\d.]+)"[^>]*>(mejor: [^<]*)<', svg)
    if found is None:  # the default isn't written
        found = re.search(r'(font-size)[^>]* x="([\d.]+)"[^>]*>(mejor: [^<]*)<', svg)
    assert found is not None
    width = text_width(found[3].replace("&#160;", " "))
    x = float(found[2]) / POINTS_PER_MM
    left = x - width * {"middle": 0.5, "end": 1.0}.get(found[1], 0.0)
    assert left > 16, "the first panel's axis"
    assert left + width < 16 + (160 - 16) / 3 - 5
