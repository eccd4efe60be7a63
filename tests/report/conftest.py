"""A report's results for tests: computed from random predictions, plainly test data."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from reportgen import fonts
from reportgen.report.renderer import Renderer
from reportgen.results import Colophon, TrainedResults

SHIPPED = Path(__file__).parents[2] / "templates"
CIFAR = [
    *("avión", "automóvil", "pájaro", "gato", "ciervo"),
    *("perro", "rana", "caballo", "barco", "camión"),
]
CODE = '''class AlexNet(nn.Module):
    """A stand-in for the network: this listing is test data."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        # the features
        self.features = nn.Sequential(
{layers}
        )
        self.classifier = nn.Linear(256, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images).flatten(1) + 0.5)
'''.format(
    layers="\n".join(
        f"            nn.Conv2d({n}, {n + 1}, kernel_size=3, padding=1),  # número {n}"
        for n in range(60)
    )
)


for face in fonts.font_faces():
    fontManager.addfont(face.path)


def _drawing(build: Path, name: str, generator: np.random.Generator, height: float = 60) -> Any:
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "test", "font.size": 8}):
        mpl.rcParams["font.family"] = fonts.SANS
        figure = Figure(figsize=(160 / 25.4, height / 25.4))
        axes = figure.subplots()
        axes.plot(generator.random(12))
        axes.set_xlabel("Época")
        axes.set_ylabel(name.replace("_", " "))
        stream = BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    file = f"figures/{name}.svg"
    (build / file).write_bytes(stream.getvalue())
    return {"file": file, "alt": f"Gráfica de prueba {name}.", "width": 160.0, "height": height}


def _confusion(classes: list[str], samples: int, generator: np.random.Generator) -> Any:
    truth = generator.integers(0, len(classes), samples)
    guess = np.where(
        generator.random(samples) < 0.8, truth, generator.integers(0, len(classes), samples)
    )
    matrix = np.zeros((len(classes), len(classes)), int)
    np.add.at(matrix, (truth, guess), 1)
    wrong = [
        (int(matrix[t, p]), t, p)
        for t in range(len(classes))
        for p in range(len(classes))
        if t != p
    ]
    pairs = [
        {
            "true": classes[t],
            "predicted": classes[p],
            "count": count,
            "share": count / int(matrix[t].sum()),
        }
        for count, t, p in sorted(wrong, reverse=True)[:8]
    ]
    return {"classes": classes, "matrix": matrix.tolist(), "pairs": pairs}


def _history(epochs: int, generator: np.random.Generator) -> Any:
    accuracy = np.sort(generator.random(epochs))
    return [
        {
            "epoch": n + 1,
            "train_loss": float(1.5 - accuracy[n]),
            "validation_loss": float(1.7 - accuracy[n]),
            "train_accuracy": float(accuracy[n]),
            "validation_accuracy": float(accuracy[n] * 0.95),
        }
        for n in range(epochs)
    ]


def _best(history: Any) -> Any:
    top = max(history, key=lambda e: e["validation_accuracy"])
    return {"epoch": top["epoch"], "validation_accuracy": top["validation_accuracy"]}


def _embedding(layer: str, generator: np.random.Generator) -> Any:
    silhouette, purity, trust, within, between = generator.random(5).tolist()
    return {
        "layer": layer,
        "module": "fc2",
        "features": 10,
        "samples": 1000,
        "perplexity": 30.0,
        "kl_divergence": float(generator.random() * 2),
        "quality": {
            "samples": 1000,
            "neighbours": 10,
            "silhouette": silhouette,
            "neighbour_purity": purity,
            "trustworthiness": trust,
            "within": within,
            "between": between,
            "ratio": within / between,
            "dispersion": None,
            "distances": None,
            "closest": None,
            "left_out": {},
        },
        "left_out": None,
    }


EVIDENCE = ("certainty", "trend", "clusters", "attention", "probes", "reductions", "calibration")


def _trained(
    build: Path,
    prefix: str,
    name: str,
    classes: list[str],
    size: int,
    layers: dict[str, str],
    figures: list[str],
    drafts: list[str],
    generator: np.random.Generator,
) -> dict[str, Any]:
    history = _history(10, generator)
    confusion = _confusion(classes, 1000, generator)
    worst = confusion["pairs"][0]
    channels = 1 if size == 28 else 3
    shape = {"height": size, "width": size, "channels": channels}
    results = {
        "dataset": {
            "name": name,
            "classes": classes,
            "train": {**shape, "samples": 54_000},
            "validation": {**shape, "samples": 1000},
            "notes": [],
        },
        "parameters": {
            "trainable": int(generator.integers(100_000, 30_000_000)),
            "layers": [{"layer": "conv1", "kind": "Conv2d", "parameters": 320}],
        },
        "history": history,
        "best": _best(history),
        "confusion": confusion,
        "embeddings": {key: _embedding(layer, generator) for key, layer in layers.items()},
        "figures": {f: _drawing(build, f"{prefix}_{f}", generator) for f in figures},
        "predictions": f"predictions/{prefix}.npz",
        "drafts": {
            key: [
                f"La confusión más frecuente es {worst['true']} → {worst['predicted']}, con"
                f" {worst['count']} casos.",
                "Es una frase de prueba, que no afirma nada de ninguna red.",
            ]
            for key in drafts
        },
    }
    # A report without evidence: its drafts are there and empty.
    results["drafts"] |= {key: [] for key in EVIDENCE}
    plain = TrainedResults.model_validate(results).model_dump(mode="json")
    return {**plain, "evidence": None}


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder; its figures are drawn by :func:`results`."""
    folder = tmp_path_factory.mktemp("build")
    (folder / "figures").mkdir()
    return folder


@pytest.fixture(scope="session")
def results(build: Path) -> dict[str, Any]:
    """A results dict with its figures below ``build``."""
    return make_results(build)


def make_results(build: Path) -> dict[str, Any]:
    """The results, from one seed; draws the figures they name."""
    generator = np.random.default_rng(7)
    simple_cnn = _trained(
        build, "simple_cnn", "MNIST", list("0123456789"), 28,
        {"intermediate": "intermediate", "final": "final"},
        ["curves", "confusion", "tsne", "tsne_thumbnails", "mistakes"],
        ["evolution", "confusions", "tsne", "reduction"], generator,
    )  # fmt: skip
    alexnet = _trained(
        build, "alexnet", "CIFAR-10", CIFAR, 32, {"final": "final"},
        ["curves", "confusion", "tsne", "tsne_comparison", "tsne_thumbnails", "mistakes"],
        ["evolution", "confusions", "tsne"], generator,
    )  # fmt: skip
    alexnet["code"] = {"source": CODE, "file": "experiments/alexnet.py", "line": 28}
    alternatives = {}
    for key in ("scratch", "pretrained_svm", "fine_tuning", "fine_tuning_augmented"):
        history = [] if key == "pretrained_svm" else _history(6, generator)
        misplaced = int(generator.integers(5, 60))
        alternatives[key] = {
            "accuracy": float(generator.random()),
            "history": history,
            "best": _best(history) if history else None,
            "embedding": _embedding("salida", generator),
            "separability": {
                "accuracy": 1 - misplaced / 153,
                "misplaced": misplaced,
                "samples": 153,
            },
            "separability_left_out": None,
        }
    shape = {"height": 224, "width": 224, "channels": 3}
    transfer = {
        "dataset": {
            "name": "Hymenoptera",
            "classes": ["hormiga", "abeja"],
            "train": {**shape, "samples": 244},
            "validation": {**shape, "samples": 153},
            "notes": [],
        },
        "backbone": {"name": "resnet18"},
        "alternatives": alternatives,
        "figures": {
            f: _drawing(build, f"transfer_{f}", generator, 70)
            for f in ("curves", "tsne", "mistakes")
        },
        "evidence": None,
        "drafts": {
            "tsne": ["Es una frase de prueba, que no afirma nada de ninguna red."],
            "differences": [],
            "hyperplanes": [],
        },
    }
    colophon = {
        "run_id": "7e57da7a" * 8,
        "measured": "2026-03-09T10:11:12+00:00",
        "seed": 7,
        "profile": "laptop",
        "deviations": [
            {"setting": "alexnet.train_samples", "value": 5000, "full": None, "shortens": True}
        ],
        "notes": ["El resto de los ajustes es el del guion."],
        "device": ["cpu"],
        "threads": [2],
        "versions": {"python": ["3.11.7"], "torch": ["2.13.0"]},
        "git_commit": ["0123abc"],
        "datasets": [
            {
                "name": name,
                "title": name,
                "origin": "data-root",
                "source": "folder",
                "fingerprint": "0a1b2c3d" * 8,
                "credit": f"Datos de prueba en lugar de {name}.",
                "skipped": [],
            }
            for name in ("MNIST", "CIFAR-10", "Hymenoptera")
        ],
        "durations": {"simple_cnn.run": 123.4, "alexnet.run": 4321.0},
        "resumed": [],
        "sections": ["1.1", "1.2", "1.3"],
        "draft_reasons": [],
    }
    return {
        "simple_cnn": simple_cnn,
        "alexnet": alexnet,
        "transfer": transfer,
        "colophon": Colophon.model_validate(colophon).model_dump(mode="json"),
    }


@pytest.fixture(scope="session")
def context(results: dict[str, Any]) -> dict[str, Any]:
    """What the page is made from: the results and what stands on the title page."""
    return {**results, "informe": informe()}


def informe(**changes: Any) -> dict[str, Any]:
    """The title page's values."""
    return {
        "name": "PRUEBA_ÁNGELA",
        "title": "Práctica 1: Clasificación de imágenes con redes convolucionales",
        "course": "Visión por Computador",
        "group": "Grupo B",
        "teacher": "Ada Ejemplo",
        "date": "2026-03-09",
        "draft_reasons": ["BORRADOR · datos de muestra", "EJECUCIÓN REDUCIDA · perfil laptop"],
        "sections": ["1.1", "1.2", "1.3"],
        **changes,
    }


@pytest.fixture(scope="session")
def rendered(context: dict[str, Any], build: Path) -> tuple[str, bytes]:
    """The shipped page as HTML and as PDF, made once."""
    with Renderer() as renderer:
        html = renderer.render([SHIPPED], context)
        return html, renderer.typeset(
            html,
            readable=[build, SHIPPED],
            run_id=context["colophon"]["run_id"],
            date=date(2026, 3, 9),
        )
