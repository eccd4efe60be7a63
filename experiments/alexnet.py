"""Section 1.2: AlexNet on ten classes of colour images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from experiments.drafts.confusions import confusions
from experiments.drafts.evolution import evolution
from experiments.drafts.tsne import tsne_compared
from experiments.evidence import Trained, of_alexnet
from experiments.results import AlexNetResults
from reportgen.lab.declare import Lab
from reportgen.lab.experiment import Declaration, experiment
from reportgen.lab.handles import Network
from reportgen.settings import ExperimentSettings


class AlexNet(nn.Module):
    def __init__(self, classes: int = 10, image_size: int = 32) -> None:
        super().__init__()
        if image_size < 64:  # the adaptation to small images: smaller kernels and strides
            self.side = 2
            first = nn.Conv2d(3, 64, kernel_size=3, stride=2, padding=1)
            second = nn.Conv2d(64, 192, kernel_size=3, padding=1)
            window = 2
        else:
            self.side = 6
            first = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)
            second = nn.Conv2d(64, 192, kernel_size=5, padding=2)
            window = 3
        # Pooling before the ReLU gives the same values with less work.
        self.features = nn.Sequential(
            first,
            nn.MaxPool2d(window, stride=2),
            nn.ReLU(inplace=True),
            second,
            nn.MaxPool2d(window, stride=2),
            nn.ReLU(inplace=True),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.MaxPool2d(window, stride=2),
            nn.ReLU(inplace=True),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(256 * self.side * self.side, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        if x.shape[-1] != self.side:
            x = F.adaptive_avg_pool2d(x, self.side)
        logits: Tensor = self.classifier(x.flatten(1))
        return logits


class AlexNetSettings(ExperimentSettings):
    """What the author may change; the defaults are the assignment's."""

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {"laptop": {"train_samples": 10_000}}
    workload: ClassVar[frozenset[str]] = frozenset({"epochs", "train_samples", "image_size"})

    dataset: str = "cifar10"
    image_size: Annotated[int, Field(ge=24, le=512)] = 32
    epochs: Annotated[int, Field(ge=1)] = 15
    more_epochs: Annotated[int, Field(ge=0, description="after the last one, from there on")] = 0
    batch_size: Annotated[int, Field(ge=1)] = 128
    learning_rate: Annotated[float, Field(gt=0)] = 3e-4
    augmentation: bool = False
    train_samples: Annotated[int, Field(ge=0, description="0: all")] = 0
    perplexity: Annotated[float, Field(gt=0)] = 30.0


@experiment("alexnet", section="1.2", settings=AlexNetSettings, results=AlexNetResults)
def alexnet(lab: Lab, settings: AlexNetSettings) -> Declaration:
    """The network's code and size, curves, confusions, and its last layer beside MNIST's."""
    pictures = lab.dataset(
        settings.dataset,
        image_size=settings.image_size,
        channels=3,
        train_samples=settings.train_samples,
    )
    network = Network(
        AlexNet, {"classes": len(pictures.classes), "image_size": settings.image_size}
    )
    padding = settings.image_size // 8
    training = lab.train(
        network,
        pictures,
        {
            "epochs": settings.epochs,
            "batch_size": settings.batch_size,
            "learning_rate": settings.learning_rate,
            "augmentation": {"padding": padding, "flip": True} if settings.augmentation else None,
        },
    )
    longer = lab.proceed(training, settings.more_epochs)
    predictions = lab.predict(training)
    confusion = lab.confusion(predictions, pairs=5)
    layers = lab.activations(training, {"final": "classifier.6"})
    final = lab.embed(layers, "final", perplexity=settings.perplexity)
    figures = {
        "curves": lab.draw.curves(training, longer),
        "confusion": lab.draw.confusion_matrix(confusion),
        "tsne": lab.draw.embeddings({"": final}),
        "tsne_thumbnails": lab.draw.thumbnails(final),
        "mistakes": lab.draw.mistakes(pictures, predictions, count=12),
    }
    drafts = {
        "evolution": lab.draft(
            evolution,
            name="evolution",
            history=training.history,
            best=training.best,
            after_epoch=10,
            continuation=longer and longer.history,
        ),
        "confusions": lab.draft(
            confusions, name="confusions", confusion=confusion, quality=final.record["quality"]
        ),
    }
    digits = lab.embedding_of("simple_cnn", "embedding_final", perplexity=settings.perplexity)
    if digits is not None:
        figures["tsne_comparison"] = lab.draw.embeddings(
            {digits.data.title: digits, pictures.title: final}, name="tsne_comparison"
        )
    drafts["tsne"] = lab.draft(
        tsne_compared,
        name="tsne",
        final=final.record,
        reference=digits and digits.record,
        names=[pictures.title, digits.data.title if digits else ""],
        accuracy=training.best["validation_accuracy"],
    )
    evidence = of_alexnet(lab, Trained(training, predictions, confusion, layers, {"final": final}))
    return {
        "dataset": pictures.summary,
        "code": lab.listing(AlexNet),
        "parameters": lab.parameters(network),
        "history": training.history,
        "best": training.best,
        "continuation": longer and longer.continuation,
        "confusion": confusion,
        "predictions": predictions,
        "embeddings": {"final": final.record},
        "figures": figures,
        "evidence": evidence.results,
        "drafts": {**drafts, **evidence.drafts},
    }
