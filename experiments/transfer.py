"""Section 1.3: transfer learning between two classes of small datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from experiments.drafts.separability import separability
from experiments.evidence import Way, of_transfer
from experiments.results import TransferResults
from reportgen.lab.declare import Lab
from reportgen.lab.experiment import Declaration, experiment
from reportgen.lab.handles import Activations, Data, Embedding, Network, Training
from reportgen.lab.outputs import Output
from reportgen.settings import ExperimentSettings

TITLES = {
    "scratch": "Entrenado desde cero",
    "pretrained_svm": "Pre-entrenamiento + SVM",
    "fine_tuning": "Ajuste fino (sin data augmentation)",
    "fine_tuning_augmented": "Ajuste fino (con data augmentation)",
}

# The alternative whose mistakes are shown.
SHOWN = "fine_tuning_augmented"


class TransferSettings(ExperimentSettings):
    """What the author may change; the defaults are the assignment's."""

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "laptop": {"epochs": 10},
        "sample": {"image_size": 96, "epochs": 5, "backbone": "efficientnet_lite0"},
    }
    workload: ClassVar[frozenset[str]] = frozenset({"epochs", "image_size"})

    dataset: str = "hymenoptera"
    backbone: str = "auto"
    image_size: Annotated[int, Field(ge=32, le=512)] = 224
    epochs: Annotated[int, Field(ge=1)] = 25
    batch_size: Annotated[int, Field(ge=2)] = 16
    learning_rate: Annotated[float, Field(gt=0)] = 1e-4
    scratch_learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    perplexity: Annotated[float, Field(gt=0)] = 15.0


@experiment("transfer", section="1.3", settings=TransferSettings, results=TransferResults)
def transfer(lab: Lab, settings: TransferSettings) -> Declaration:
    """The four alternatives on one backbone: accuracies, curves, and how a line separates them."""
    # Stored somewhat larger than what the network sees, so that augmentation can crop at random.
    insects = lab.dataset(settings.dataset, image_size=settings.image_size * 8 // 7, channels=3)
    name = lab.backbone(settings.backbone)
    fresh = lab.network_of(name, insects, pretrained=False, crop=settings.image_size)
    pretrained = lab.network_of(name, insects, pretrained=True, crop=settings.image_size)
    options = {"epochs": settings.epochs, "batch_size": settings.batch_size}
    slow = {**options, "learning_rate": settings.learning_rate}
    flips = {"padding": 0, "flip": True}

    ways = {
        "scratch": _trained(
            lab,
            fresh,
            insects,
            {**options, "learning_rate": settings.scratch_learning_rate},
            "scratch",
        ),
        "pretrained_svm": _classified(lab, pretrained, insects),
        "fine_tuning": _trained(lab, pretrained, insects, slow, "fine_tuning"),
        "fine_tuning_augmented": _trained(
            lab, pretrained, insects, {**slow, "augmentation": flips}, "fine_tuning_augmented"
        ),
    }
    alternatives: dict[str, dict[str, Any]] = {}
    embeddings: dict[str, Embedding] = {}
    lines: dict[str, Output] = {}
    for key, way in ways.items():
        embedding = lab.embed(
            way.features, "features", perplexity=settings.perplexity, name=f"{key}_embedding"
        )
        line = lab.separate(embedding, name=f"{key}_line")
        embeddings[TITLES[key]], lines[TITLES[key]] = embedding, line
        alternatives[key] = {
            **way.results,
            "confusion": lab.confusion(way.predictions, pairs=2, name=f"{key}_confusion"),
            "predictions": way.predictions,
            "embedding": embedding.record,
            "separability": line["summary"],
            "separability_left_out": line["left_out"],
        }
    evidence = of_transfer(
        lab,
        {
            key: Way(TITLES[key], way.predictions, way.features, lines[TITLES[key]], way.training)
            for key, way in ways.items()
        },
        SHOWN,
    )
    trainable = lab.parameters(fresh)["trainable"]
    trained = {TITLES[key]: way.training.history for key, way in ways.items() if way.training}
    return {
        "dataset": insects.summary,
        "backbone": {"name": name, "parameters": {"trainable": trainable}},
        "alternatives": alternatives,
        "figures": {
            "curves": lab.draw.compared_curves(trained),
            "tsne": lab.draw.embeddings(embeddings, lines=lines),
            "mistakes": lab.draw.mistakes(
                insects, ways[SHOWN].predictions, count=12, title=TITLES[SHOWN]
            ),
        },
        "evidence": evidence.results,
        "drafts": {
            "tsne": lab.draft(separability, name="tsne", alternatives=alternatives),
            **evidence.drafts,
        },
    }


class _Way(NamedTuple):
    """One alternative as it was declared."""

    results: dict[str, Any]
    predictions: Output
    features: Activations
    training: Training | None


def _trained(lab: Lab, network: Network, data: Data, options: Mapping[str, Any], name: str) -> _Way:
    training = lab.train(network, data, options, name=name)
    predictions = lab.predict(training, name=f"{name}_predictions")
    results = {
        "accuracy": predictions.of("accuracy"),
        "history": training.history,
        "best": training.best,
    }
    features = lab.activations(training, {"features": "body"}, name=f"{name}_features")
    return _Way(results, predictions, features, training)


def _classified(lab: Lab, network: Network, data: Data) -> _Way:
    features = lab.features(network, data, "body", name="pretrained_svm")
    predictions = lab.judge(data, features.step, name="pretrained_svm_predictions")
    return _Way({"accuracy": predictions.of("accuracy")}, predictions, features, None)
