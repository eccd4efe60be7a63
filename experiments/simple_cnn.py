"""Section 1.1: a simple convolutional network on MNIST."""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from experiments.drafts.confusions import confusions
from experiments.drafts.evolution import evolution
from experiments.drafts.reduction import reduction
from experiments.drafts.tsne import tsne
from experiments.evidence import Trained, of_simple_cnn
from experiments.results import SimpleCNNResults
from reportgen.lab.declare import Lab
from reportgen.lab.experiment import Declaration, experiment
from reportgen.lab.handles import Network
from reportgen.settings import ExperimentSettings


class SimpleCNN(nn.Module):
    """Two convolutions, each followed by pooling, and two dense layers; for 28×28 grey images.

    Pooling comes before the ReLU: the maximum and the ReLU may change places, and the ReLU then
    has a quarter of the work.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.features = nn.Flatten()
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.pool(self.conv1(x)))
        x = F.relu(self.pool(self.conv2(x)))
        x = self.features(x)
        x = F.relu(self.fc1(x))
        logits: Tensor = self.fc2(x)
        return logits


class SimpleCNNSettings(ExperimentSettings):
    """What the author may change; the defaults are the assignment's."""

    workload: ClassVar[frozenset[str]] = frozenset({"epochs", "train_samples"})

    dataset: str = "mnist"
    epochs: Annotated[int, Field(ge=1)] = 10
    more_epochs: Annotated[int, Field(ge=0, description="after the last one, from there on")] = 0
    batch_size: Annotated[int, Field(ge=1)] = 128
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    train_samples: Annotated[int, Field(ge=0, description="0: all")] = 0
    perplexity: Annotated[float, Field(gt=0)] = 30.0


@experiment("simple_cnn", section="1.1", settings=SimpleCNNSettings, results=SimpleCNNResults)
def simple_cnn(lab: Lab, settings: SimpleCNNSettings) -> Declaration:
    """Shapes, parameters, curves, confusions, and two layers seen by t-SNE."""
    digits = lab.dataset(
        settings.dataset, image_size=28, channels=1, train_samples=settings.train_samples
    )
    network = Network(SimpleCNN, {"classes": len(digits.classes)})
    shape = SimpleCNN()
    parameters = lab.parameters(network)
    training = lab.train(
        network,
        digits,
        {
            "epochs": settings.epochs,
            "batch_size": settings.batch_size,
            "learning_rate": settings.learning_rate,
        },
    )
    longer = lab.proceed(training, settings.more_epochs)
    predictions = lab.predict(training)
    confusion = lab.confusion(predictions, pairs=5)
    layers = lab.activations(training, {"intermediate": "features", "final": "fc2"})
    intermediate = lab.embed(layers, "intermediate", perplexity=settings.perplexity)
    final = lab.embed(layers, "final", perplexity=settings.perplexity)
    seen = {"intermediate": intermediate, "final": final}
    evidence = of_simple_cnn(
        lab, Trained(training, predictions, confusion, layers, seen), parameters
    )
    return {
        "dataset": digits.summary,
        "parameters": parameters,
        "history": training.history,
        "best": training.best,
        "continuation": longer and longer.continuation,
        "confusion": confusion,
        "predictions": predictions,
        "embeddings": {"intermediate": intermediate.record, "final": final.record},
        "figures": {
            "curves": lab.draw.curves(training, longer),
            "confusion": lab.draw.confusion_matrix(confusion),
            "tsne": lab.draw.embeddings({"Capa intermedia": intermediate, "Capa final": final}),
            "tsne_thumbnails": lab.draw.thumbnails(final),
            "mistakes": lab.draw.mistakes(digits, predictions, count=12),
        },
        "evidence": evidence.results,
        "drafts": {
            "evolution": lab.draft(
                evolution,
                name="evolution",
                history=training.history,
                best=training.best,
                continuation=longer and longer.history,
            ),
            "confusions": lab.draft(
                confusions,
                name="confusions",
                confusion=confusion,
                quality=final.record["quality"],
            ),
            "tsne": lab.draft(
                tsne,
                name="tsne",
                final=final.record,
                intermediate=intermediate.record,
                accuracy=training.best["validation_accuracy"],
            ),
            "reduction": lab.draft(
                reduction,
                name="reduction",
                parameters_by_layer=parameters["layers"],
                total=parameters["trainable"],
                flattened=shape.fc1.in_features,
                channels=shape.conv2.out_channels,
                convolved=intermediate.record,
                trained=evidence.results is not None,
            ),
            **evidence.drafts,
        },
    }
