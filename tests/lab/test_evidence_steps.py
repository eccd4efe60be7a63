"""The evidence's steps on constructed artifacts with a known answer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from reportgen.lab import (
    certainty,
    evidence_drawing,
    reductions,
    reliability,
    representation,
    separability,
    trends,
)

RIGHT = np.arange(100) < 90


class Stored:
    """An artifact's reading side, from values in hand."""

    def __init__(self, value: Any = None, **files: Any) -> None:
        self.files = {"value.json": value, **{k.replace("__", "."): v for k, v in files.items()}}

    def json(self, name: str = "value.json") -> Any:
        return self.files[name]

    def array(self, name: str) -> Any:
        return self.files[name]


def predictions(right: np.ndarray[Any, Any]) -> Any:
    zeros = np.zeros(len(right), int)
    return Stored(true__npy=zeros, predicted__npy=np.where(right, 0, 1))


def history(losses: list[float], accuracies: list[float]) -> Any:
    rows = [
        {"train_loss": loss / 2, "validation_loss": loss, "validation_accuracy": accuracy}
        for loss, accuracy in zip(losses, accuracies, strict=True)
    ]
    return Stored(history__json=rows)


def call(step: Any, **arguments: Any) -> Any:
    return step(None, **arguments)["value.json"]


def test_certainty_of_one_training() -> None:
    run = history([1.0] * 5, [0.5, 0.8, 0.9, 0.8, 0.8])
    found = call(certainty.of_accuracy, seed=0, training=run, predictions_0=predictions(RIGHT))
    assert found["right"] == 90
    assert found["interval"]["low"] < 0.9 < found["interval"]["high"]
    assert found["spread"] is None
    assert found["optimism"]["value"]["optimism"] == pytest.approx(0.1)


def test_certainty_of_a_training_whose_last_epoch_is_the_best() -> None:
    run = history([1.0] * 3, [0.5, 0.8, 0.9])
    found = call(certainty.of_accuracy, seed=0, training=run, predictions_0=predictions(RIGHT))
    best = {"epoch": 3, "value": 0.9, "following": None, "optimism": None}
    assert found["optimism"] == {"value": best, "left_out": None}


def test_certainty_of_three_seeds_and_of_no_training() -> None:
    others = {f"predictions_{i}": predictions(np.arange(100) < 88 + i) for i in (0, 1, 2)}
    found = call(certainty.of_accuracy, seed=0, **others)
    assert found["accuracies"] == pytest.approx([0.88, 0.89, 0.9])
    assert found["right"] == 88  # those of the run that the report shows
    assert found["interval"]["low"] < 0.88 < found["interval"]["high"] < 0.94
    assert found["spread"]["mean"] == pytest.approx(0.89)
    assert found["spread"]["standard_deviation"] == pytest.approx(0.01)
    assert found["bootstrap"]["low"] < 0.89 < found["bootstrap"]["high"]
    assert found["optimism"] == {"value": None, "left_out": "no se entrena por épocas"}


def test_every_pair_is_compared() -> None:
    names = ["one", "two", "three"]
    inputs = {
        "predictions_0": predictions(RIGHT),
        "predictions_1": predictions(RIGHT),
        "predictions_2": predictions(~RIGHT),
    }
    found = call(certainty.compare, names=names, **inputs)
    assert [(t["first"], t["second"]) for t in found] == [
        ("one", "two"), ("one", "three"), ("two", "three"),
    ]  # fmt: skip
    assert found[0]["adjusted"] == 1.0
    assert found[1]["adjusted"] < 1e-10
    assert found[1]["difference"] == pytest.approx(0.8)


def test_a_short_training_has_no_trend_and_says_why() -> None:
    assert call(trends.measure, training=history([1, 2], [0, 0])) == {
        "value": None,
        "left_out": "hacen falta al menos 3 épocas y hay 2",
    }
    found = call(trends.measure, training=history([5, 4, 3, 2, 1, 2], [0] * 6))["value"]
    assert found["minimum"] == {"epoch": 5, "value": 1.0, "rise": 1.0}


def two_pixels() -> nn.Module:
    """Scores two classes by two pixels; without weights of its own it knows neither."""
    return nn.Sequential(nn.Flatten(), nn.Linear(2, 2))


def test_each_epoch_is_calibrated_with_its_own_weights(tmp_path: Path) -> None:
    sure = 10 * torch.eye(2)
    for name, weight in (("best", sure), ("last", sure.flip(0))):  # the last one confuses them
        save_file({"1.weight": weight, "1.bias": torch.zeros(2)}, tmp_path / f"{name}.safetensors")
    training = Stored(
        best__json={"epoch": 1},
        history__json=[{}, {}],
        normalisation__json={"mean": [0.0], "std": [1.0]},
        validation_scores__npy=10 * np.eye(2, dtype=np.float32),
    )
    training.path = lambda name: tmp_path / name  # type: ignore[attr-defined]
    images = np.zeros((2, 1, 2, 1), np.uint8)
    images[0, 0, 0], images[1, 0, 1] = 255, 255
    found = call(
        reliability.measure,
        data=Stored(validation_images__npy=images, validation_labels__npy=np.array([0, 1])),
        training=training,
        network="tests.lab.test_evidence_steps:two_pixels",
        arguments={}, normalisation=None, crop=None, device="cpu",
    )  # fmt: skip
    assert [(found[n]["value"]["epoch"], found[n]["value"]["accuracy"]) for n in found] == [
        (1, 1.0), (2, 0.0),
    ]  # fmt: skip


def blobs(classes: int, spread: float = 0.1) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), 20)
    return generator.normal(labels[:, None] * 10.0, spread, (len(labels), 3)), labels


def seen(classes: int, labels: Any) -> Any:
    names = {"classes": [str(i) for i in range(classes)]}
    return Stored(names, validation_labels__npy=labels)


def test_planted_confusions_of_neighbours_agree_with_the_activations() -> None:
    points, labels = blobs(3)
    matrix = [[10, 9, 1], [9, 10, 9], [1, 9, 10]]
    found = call(
        representation.measure,
        activations=Stored(final__npy=points),
        picture=Stored({"quality": None, "left_out": "pocas muestras"}),
        data=seen(3, labels),
        confusion=Stored({"matrix": matrix}),
        layer="final",
        seed=0,
    )
    assert found["activations"]["silhouette"] > 0.9
    assert found["agreement"]["activations"]["value"] < -0.8
    assert found["agreement"]["plane"] == {"value": None, "left_out": "pocas muestras"}


def test_two_classes_separate_in_the_layer_and_three_are_left_out_with_the_reason() -> None:
    for classes in (2, 3):
        points, labels = blobs(classes)
        arguments = {"data": seen(classes, labels)}
        full = call(
            separability.separate_fully,
            activations=Stored(features__npy=points), layer="features", seed=0, **arguments,
        )  # fmt: skip
        plane = call(
            separability.separate, embedding=Stored(points__npy=points[:, :2]), **arguments
        )
        if classes == 2:
            assert full["value"] == {"folds": 5, "accuracy": 1.0, "misplaced": 0, "samples": 40}
            assert plane["summary"] == {"accuracy": 1.0, "misplaced": 0, "samples": 40}
        else:
            assert full["value"] is None
            assert plane["summary"] is None
            assert plane["left_out"] == full["left_out"]
            assert "dos clases" in plane["left_out"]


def test_of_the_misplaced_the_farthest_are_shown_and_all_are_counted() -> None:
    images = np.zeros((20, 32, 32, 3), np.uint8)
    data = Stored(
        {"classes": ["hormiga", "abeja"]},
        validation_labels__npy=np.array([1] * 4 + [0] * 16),
        validation_images__npy=images,
    )
    line = Stored({"line": {"misplaced": list(range(19, -1, -1))}})
    found = evidence_drawing.misplaced(None, line=line, data=data, title="Ajuste", count=17)
    assert found["figure.json"]["alt"] == (
        "Ajuste: miniaturas de 17 de las 20 muestras en el lado equivocado, las más alejadas: "
        "1 de abeja y 16 de hormiga."
    )


def test_a_line_without_a_picture_has_the_picture_s_reason() -> None:
    embedding = Stored({"left_out": "pocas muestras"}, points__npy=np.zeros((0, 2)))
    found = call(separability.separate, embedding=embedding, data=seen(2, np.array([0, 1])))
    assert found == {"line": None, "summary": None, "left_out": "pocas muestras"}


def test_reductions_are_held_to_the_network_that_is_named_first() -> None:
    def run(size: int, accuracy: float) -> tuple[Any, Any]:
        return Stored({"trainable": size}), Stored(best__json={"validation_accuracy": accuracy})

    inputs = {}
    for number, (size, accuracy) in enumerate([(1000, 0.99), (500, 0.988), (10, 0.9)]):
        inputs[f"size_{number}"], inputs[f"training_{number}"] = run(size, accuracy)
    found = call(reductions.compare, names=["whole", "half", "tiny"], **inputs)
    assert (found["parameters"], found["accuracy"]) == (1000, 0.99)
    assert found["networks"]["half"]["reduction"] == 0.5
    assert found["networks"]["tiny"]["penalty"] == pytest.approx(0.09)
    assert found["recommended"] == "half"


def test_forward_times_are_provenance_and_no_measurement() -> None:
    workspace = SimpleNamespace(provenance={})
    networks = {"whole": ("torch.nn:Flatten", {}), "other": ("torch.nn:Flatten", {})}
    found = reductions.clock(
        workspace,  # type: ignore[arg-type]
        networks=networks, shape=[1, 4, 4], images=3, device="cpu",
    )  # fmt: skip
    assert found == {"value.json": {"images": 3}}
    assert workspace.provenance["forward_seconds"].keys() == networks.keys()
    assert all(seconds > 0 for seconds in workspace.provenance["forward_seconds"].values())
