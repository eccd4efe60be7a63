"""Drawings of realistic, made-up measurements, and what a reader finds in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.figures.confusion import confusion_matrix
from reportgen.figures.curves import Run, compared_curves, curves
from reportgen.figures.distances import class_distances
from reportgen.figures.drawing import Drawing
from reportgen.figures.embedding import Panel, embedding, embeddings
from reportgen.figures.gallery import misplaced, mistakes
from reportgen.figures.pareto import pareto
from reportgen.figures.probes import probe_accuracy
from reportgen.figures.reliability import reliability
from reportgen.figures.thumbnails import thumbnails

SVG = "{http://www.w3.org/2000/svg}"
ANIMALS = ["pájaro", "gato", "ciervo", "perro", "rana", "caballo", "araña", "pez", "búho", "ñu"]


def made_history(epochs: int, best: int) -> list[dict[str, float]]:
    """Losses that fall, validation accuracy highest at ``best``."""
    return [
        {
            "epoch": epoch,
            "train_loss": 0.5 / epoch,
            "validation_loss": 0.3 / epoch + 0.02 * epoch,
            "train_accuracy": 1 - 0.2 / epoch,
            "validation_accuracy": 0.97 - 0.005 * abs(epoch - best),
        }
        for epoch in range(1, epochs + 1)
    ]


def clouds(samples: int, classes: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points around centres on a circle, class by class in turn."""
    labels = np.arange(samples) % classes
    angles = 2 * np.pi * labels / classes
    noise = np.random.default_rng(7).normal(size=(samples, 2)) * 5
    return np.column_stack([30 * np.cos(angles), 30 * np.sin(angles)]) + noise, labels


def photographs(count: int, side: int, channels: int) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (count, side, side, channels), dtype=np.uint8)


def _two_classes(title: str) -> Panel:
    points, labels = clouds(150, 2)
    line = {"weights": [-1.0, 0.2], "bias": 0.5, "misplaced": [3, 4]}
    return Panel(points, labels, ["hormiga", "abeja"], title, line)


def _calibration(error: float) -> dict[str, Any]:
    edges = [0.5, 0.75, 1.0]
    bins = [
        {"low": low, "high": high, "samples": 40, "accuracy": low} for low, high in pairwise(edges)
    ]
    return {"error": error, "bins": bins}


def _matrix() -> Drawing:
    counts = np.diag(np.arange(90, 100))
    counts[3, 1], counts[5, 2] = 9, 4
    pairs = [
        {"true": "perro", "predicted": "gato", "count": 9, "share": 9 / 102},
        {"true": "caballo", "predicted": "ciervo", "count": 4, "share": 4 / 99},
    ]
    return confusion_matrix(counts, ANIMALS, pairs)


EXAMPLES: dict[str, Callable[[], Drawing]] = {
    "curves": lambda: curves(made_history(10, 8), 8),
    "curves, continued": lambda: curves(made_history(30, 4), 4, continued_from=20),
    "curves, one epoch": lambda: curves(made_history(1, 1), 1),
    "curves, compared": lambda: compared_curves(
        [
            Run("Ajuste fino (sin data augmentation)", made_history(5, 3), 3),
            Run("Entrenado desde cero", made_history(12, 12), 12),
            Run("Ajuste fino (con data augmentation)", made_history(8, 3), 3),
        ]
    ),
    "confusion": _matrix,
    "confusion, long names": lambda: confusion_matrix(
        [[9, 1], [0, 8]], ["infraestructura ferroviaria", "tratamiento con láser"], []
    ),
    "confusion, forty classes": lambda: confusion_matrix(
        np.eye(40, dtype=int), [f"clase {n}" for n in range(40)], []
    ),
    "embedding": lambda: embedding(*clouds(100, 10), ANIMALS),
    "embeddings": lambda: embeddings(
        [
            Panel(*clouds(300, 10), [str(n) for n in range(10)], "MNIST"),
            Panel(*clouds(300, 10), ANIMALS, "Animales"),
        ]
    ),
    "embeddings, separated": lambda: embeddings([_two_classes(f"Red {n}") for n in range(4)]),
    "thumbnails": lambda: thumbnails(
        clouds(60, 10)[0], photographs(60, 32, 3), clouds(60, 10)[1], ANIMALS
    ),
    "mistakes": lambda: mistakes(
        photographs(8, 28, 1), ["infraestructura ferroviaria"] * 8, ["9"] * 8, [0.9] * 8
    ),
    "misplaced": lambda: misplaced(photographs(3, 200, 3), ["abeja", "hormiga", "abeja"], 3),
    "probes": lambda: probe_accuracy(
        ["Entrada", "Convolución 1", "Capa densa"], [0.917, 0.98, 0.991], [0, 320, 400_000]
    ),
    "pareto": lambda: pareto(
        ["Red original", "Mitad de canales", "Media global"],
        [421_642, 109_386, 20_490],
        [0.992, 0.991, 0.985],
    ),
    "reliability": lambda: reliability(
        {"Época 10": _calibration(0.05), "Época 15": _calibration(0.081)}
    ),
    "distances": lambda: class_distances(
        [[0, 2, 9], [2, 0, 5], [9, 5, 0]], [1.0, 3.5, 2.0], ["gato", "perro", "pez"]
    ),
}


@pytest.fixture(scope="session", params=EXAMPLES.keys())
def example(request: pytest.FixtureRequest) -> tuple[Callable[[], Drawing], Drawing]:
    """Each kind of figure in turn: how it is drawn, and one drawing of it."""
    draw = EXAMPLES[request.param]
    return draw, draw()


@pytest.fixture
def texts() -> Callable[[Drawing], list[str]]:
    """The texts that stand in a drawing, in the order of drawing."""

    def read(drawing: Drawing) -> list[str]:
        return [node.text or "" for node in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]

    return read


@pytest.fixture
def height_of() -> Callable[[Drawing, str], float]:
    """How far below the upper edge (in pt) a text stands, the highest one if there are several."""

    def read(drawing: Drawing, text: str) -> float:
        found = []
        for node in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text"):
            if node.text == text:
                moved = re.search(r"translate\(\S+ (\S+)\)", node.attrib["transform"])
                found.append(float(moved[1] if moved else node.attrib["y"]))
        return min(found)

    return read


@pytest.fixture
def pictures() -> Callable[[Drawing], list[str]]:
    """The kinds (``png``, ``jpeg``) of the pictures embedded in a drawing."""

    def read(drawing: Drawing) -> list[str]:
        return re.findall(r"data:image/(\w+);base64", drawing.svg.decode())

    return read


@pytest.fixture
def history() -> Callable[[int, int], list[dict[str, float]]]:
    return made_history


@pytest.fixture
def cloud() -> Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.int64]]]:
    return clouds


@pytest.fixture
def photos() -> Callable[[int, int, int], NDArray[np.uint8]]:
    return photographs
