from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.analysis import NotMeasurable
from reportgen.analysis.svm import classify


def blobs(
    samples: int, classes: int, distance: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    return rng.normal(size=(samples, 8)) + distance * np.eye(classes, 8)[labels], labels


@pytest.mark.parametrize("classes", [2, 4])
def test_separate_blobs_are_classified_and_noise_is_not(classes: int) -> None:
    separate = classify(*blobs(80, classes, 20.0, 0), *blobs(40, classes, 20.0, 1))
    assert separate["accuracy"] == 1.0
    assert separate["predicted"] == blobs(40, classes, 20.0, 1)[1].tolist()
    assert separate["c"] == 1.0
    noise = classify(*blobs(400, classes, 0.0, 0), *blobs(400, classes, 0.0, 1))
    assert noise["accuracy"] == pytest.approx(1 / classes, abs=0.1)
    assert noise["accuracy"] < noise["train_accuracy"]


def test_two_classes_have_one_signed_distance_each() -> None:
    found = classify(*blobs(80, 2, 20.0, 0), *blobs(40, 2, 20.0, 1))
    decision = np.array(found["decision"])
    assert ((decision > 0) == np.array(found["predicted"])).all()
    assert json.loads(json.dumps(found)) == found


def test_the_unit_of_a_feature_does_not_matter() -> None:
    (train, labels), (validation, truth) = blobs(80, 2, 3.0, 0), blobs(40, 2, 3.0, 1)
    scale = np.array([1, 10, 0.1, 5, 1, 0.2, 3, 7])
    plain = classify(train, labels, validation, truth)
    scaled = classify(train * scale + 3, labels, validation * scale + 3, truth)
    assert scaled["decision"] == pytest.approx(plain["decision"], abs=0.01)


def test_what_cannot_be_classified_says_why() -> None:
    features, labels = blobs(10, 2, 1.0, 0)
    with pytest.raises(NotMeasurable, match="una sola clase"):
        classify(features, labels * 0, features, labels)
    with pytest.raises(NotMeasurable, match="no hay muestras"):
        classify(features, labels, features[:0], labels[:0])
