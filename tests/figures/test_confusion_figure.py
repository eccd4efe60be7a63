from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reportgen.figures.confusion import confusion_matrix
from reportgen.figures.drawing import Drawing

Texts = Callable[[Drawing], list[str]]
SPACE = "\u00a0"
PAIR = {"true": "4", "predicted": "9", "count": 7, "share": 7 / 982}


def digits() -> np.ndarray:
    counts = np.diag(np.full(10, 975))
    counts[4, 9], counts[9, 4] = 7, 3
    return counts


def test_cells_show_counts_and_shares_of_the_row(texts: Texts) -> None:
    found = texts(confusion_matrix(digits(), [str(n) for n in range(10)], [PAIR]))
    assert found.count("7") == 3, "a count and two class labels"
    assert f"0,7{SPACE}%" in found
    assert f"99,3{SPACE}%" in found
    assert found.count("·") == 88, "cells without cases stay quiet"


def test_rows_are_true_classes_from_top_to_bottom(
    texts: Texts, height_of: Callable[[Drawing, str], float]
) -> None:
    drawing = confusion_matrix([[5, 1], [0, 9]], ["hormiga", "abeja"], [])
    first, same, second, label = (height_of(drawing, text) for text in ("5", "1", "9", "hormiga"))
    assert first == pytest.approx(same, abs=1)
    assert second - first > 20
    assert abs(label - first) < 8
    assert {f"16,7{SPACE}%", f"83,3{SPACE}%", f"100,0{SPACE}%"} <= set(texts(drawing))


def test_alt_names_the_most_frequent_confusion() -> None:
    other = {"true": "9", "predicted": "4", "count": 3, "share": 3 / 978}
    alt = confusion_matrix(digits(), [str(n) for n in range(10)], [other, PAIR]).alt
    assert alt == (
        "Matriz de confusión de 10 clases; el error más frecuente es 4→9, "
        f"7 casos (0,71{SPACE}% de la clase)."
    )


def test_alt_without_errors_and_with_one_case() -> None:
    assert confusion_matrix(np.eye(2, dtype=int), ["a", "b"], []).alt.endswith("sin errores.")
    pair = {"true": "a", "predicted": "b", "count": 1, "share": 0.5}
    assert "b, 1 caso (" in confusion_matrix([[1, 1], [0, 2]], ["a", "b"], [pair]).alt


def test_worst_pairs_are_framed() -> None:
    def frames(pairs: list[dict[str, object]]) -> int:
        drawing = confusion_matrix(digits(), [str(n) for n in range(10)], pairs)
        return drawing.svg.count(b"stroke: #1a1a1a; stroke-width: 1.5")

    assert frames([]) == 0
    assert frames([PAIR]) == 1


def test_class_without_samples_has_no_share(texts: Texts) -> None:
    found = texts(confusion_matrix([[0, 0], [1, 2]], ["a", "b"], []))
    assert found.count("·") == 2


def test_many_classes_are_a_small_picture(pictures: Callable[[Drawing], list[str]]) -> None:
    drawing = confusion_matrix(np.eye(60, dtype=int), [f"clase {n}" for n in range(60)], [])
    assert pictures(drawing)
    assert len(drawing.svg) < 100_000


def test_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="3 classes"):
        confusion_matrix(np.eye(2, dtype=int), ["a", "b", "c"], [])
