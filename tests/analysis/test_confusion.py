from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from sklearn.metrics import confusion_matrix as reference

from reportgen.analysis import NotMeasurable
from reportgen.analysis.confusion import accuracy, confusion_matrix, surest_mistakes, top_pairs

CLASSES = ["gato", "perro", "rana"]


def test_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 3, (2, 500))
    matrix = confusion_matrix(true, predicted, CLASSES)
    assert matrix == reference(true, predicted, labels=range(3)).tolist()
    assert accuracy(true, predicted) == pytest.approx(accuracy_score(true, predicted))
    assert json.loads(json.dumps(matrix)) == matrix


def test_classes_without_samples_keep_their_row() -> None:
    assert confusion_matrix([0, 0], [0, 2], CLASSES) == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_an_index_without_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        confusion_matrix([0, 1], [0, 3], CLASSES)
    with pytest.raises(ValueError, match="outside"):
        confusion_matrix([-1, 1], [0, 1], CLASSES)


def test_labels_must_pair_up() -> None:
    with pytest.raises(ValueError, match="shapes"):
        accuracy([0, 1, 2], [0])


def test_accuracy_of_nothing_is_not_measurable() -> None:
    with pytest.raises(NotMeasurable, match="no hay muestras"):
        accuracy([], [])


def test_the_planted_confusion_comes_first() -> None:
    # Ten cats of which four are taken for dogs; twenty dogs of which two are taken for frogs.
    matrix = [[6, 4, 0], [0, 18, 2], [1, 0, 9]]
    assert top_pairs(matrix, CLASSES, 2) == [
        {"true": "gato", "predicted": "perro", "count": 4, "share": 0.4},
        {"true": "perro", "predicted": "rana", "count": 2, "share": 0.1},
    ]


def test_equal_counts_go_by_share_then_by_class_order() -> None:
    matrix = [[17, 3, 0], [3, 7, 0], [0, 3, 7]]
    found = [(pair["true"], pair["predicted"]) for pair in top_pairs(matrix, CLASSES, 9)]
    assert found == [("perro", "gato"), ("rana", "perro"), ("gato", "perro")]


def test_a_perfect_classifier_has_no_pairs() -> None:
    assert top_pairs([[5, 0, 0], [0, 5, 0], [0, 0, 0]], CLASSES, 2) == []


def _surest(pairs: list[tuple[int, int]], count: int) -> list[int]:
    """The mistakes chosen from samples whose confidence falls from the first to the last."""
    true, predicted = np.array(pairs).T
    chosen = surest_mistakes(true, predicted, np.linspace(1, 0.5, len(pairs)), count)
    return [int(index) for index in chosen]


def test_the_surest_mistakes_come_first_and_hits_never() -> None:
    assert _surest([(0, 1), (1, 1), (1, 0), (2, 0)], 2) == [0, 2]
    true, confidence = np.array([0, 0, 0]), np.array([0.2, 0.9, 0.5])
    assert surest_mistakes(true, true + 1, confidence, 9).tolist() == [1, 2, 0]
    assert surest_mistakes(true, true, confidence, 9).tolist() == []


def test_one_confusion_does_not_fill_all_mistakes_while_there_are_others() -> None:
    often = [(0, 1)] * 6
    assert _surest([*often, (1, 0), (2, 0)], 4) == [0, 1, 6, 7]
    assert _surest([*often, (1, 0)], 4) == [0, 1, 2, 6]
    assert _surest(often, 4) == [0, 1, 2, 3]
    assert _surest([*often, *[(1, 0)] * 6], 6) == [0, 1, 2, 6, 7, 8]
