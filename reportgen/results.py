"""What all experiments' results have in common: the published models of ``results.json``.

Accuracies and shares are fractions of 1, lengths of figures are millimetres, durations seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, json_schema_extra={"unit": "s"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Model(BaseModel):
    """A frozen model that admits no unknown field, no NaN and no infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Subset(Model):
    """The shape of one part of a dataset."""

    height: Count
    width: Count
    channels: Count
    samples: Count


class DatasetSummary(Model):
    """A dataset as it was used; pixels are 8-bit."""

    name: str
    classes: list[str]
    train: Subset
    validation: Subset
    notes: list[str] = []


class Layer(Model):
    """The parameters of one layer."""

    layer: str
    kind: str
    parameters: Count


class Parameters(Model):
    """How large a network is."""

    trainable: Count
    layers: list[Layer] = []


class Epoch(Model):
    """One epoch: losses are mean cross-entropies in nats."""

    epoch: Annotated[int, Field(ge=1)]
    train_loss: float
    validation_loss: float
    train_accuracy: Fraction
    validation_accuracy: Fraction


class Best(Model):
    """The epoch with the highest validation accuracy (the first of equals)."""

    epoch: Annotated[int, Field(ge=1)]
    validation_accuracy: Fraction


class Continuation(Model):
    """A training that went on after its last epoch, ``after``; the history is that of all of it."""

    after: Annotated[int, Field(ge=1)]
    history: list[Epoch]
    best: Best


class Pair(Model):
    """A confusion: ``count`` samples of class ``true``, a ``share`` of it, taken for another."""

    true: str
    predicted: str
    count: Count
    share: Fraction


class Confusion(Model):
    """Rows are true classes, columns predicted ones; ``pairs`` are the most frequent errors."""

    classes: list[str]
    matrix: list[list[Count]]
    pairs: list[Pair]


class ClassPair(Model):
    """Two classes and the distance of their centroids, in the space's own unit."""

    first: str
    second: str
    distance: float


class ClusterQuality(Model):
    """How well the classes stand apart in a space of representations.

    ``silhouette`` is in [-1, 1]; ``neighbour_purity`` is the share of the nearest neighbours of
    the same class; ``trustworthiness`` compares an embedding with the activations behind it;
    ``dispersion`` is a class's root-mean-square distance to its centroid, ``distances`` those
    between centroids, ``within`` and ``between`` their means, ``ratio`` the quotient, free of
    scale. A measure that the samples didn't allow is None, with its reason in ``left_out``.
    """

    samples: Count
    neighbours: Count
    silhouette: float | None
    neighbour_purity: Fraction | None
    trustworthiness: Fraction | None
    dispersion: list[float] | None
    distances: list[list[float]] | None
    within: float | None
    between: float | None
    ratio: float | None
    closest: list[ClassPair] | None
    left_out: dict[str, str]


class Embedding(Model):
    """A t-SNE of one layer's activations on the validation images; what it lacks has a reason.

    ``module`` is the layer's name in the network, ``features`` how many values it gives an image.
    """

    layer: str
    module: str
    features: Count
    samples: Count
    perplexity: float
    kl_divergence: float | None
    quality: ClusterQuality | None
    left_out: str | None = None


class FigureFile(Model):
    """A figure: its file below the build folder, what it shows in words, its printed size."""

    file: str
    alt: str
    width: float
    height: float


class TrainedResults(Model):
    """What a network trained on one dataset measures."""

    dataset: DatasetSummary
    parameters: Parameters
    history: list[Epoch]
    best: Best
    confusion: Confusion
    embeddings: dict[str, Embedding]
    figures: dict[str, FigureFile]
    predictions: str
    drafts: dict[str, list[str]]
    continuation: Continuation | None = None


class Deviation(Model):
    """A setting that differs from the assignment's own (profile ``full``)."""

    setting: str
    value: Any
    full: Any
    shortens: bool


class DatasetRecord(Model):
    """Where a dataset came from; ``fingerprint`` is the sha256 of its files' content."""

    name: str
    title: str
    origin: str
    source: str
    fingerprint: str
    credit: str
    skipped: list[str]


class Colophon(Model):
    """How the measurements were made.

    ``run_id`` is the digest of the measurements alone; everything with a time or a machine in it
    stands only here. ``precision`` is what trainings computed in, ``compiled`` the first epoch of
    each network that was compiled. ``forward`` is what a section's networks take for the images
    that it says.
    """

    run_id: str
    measured: Moment
    seed: int
    profile: str
    deviations: list[Deviation]
    notes: list[str]
    device: list[str]
    precision: list[str] = []
    threads: list[int]
    versions: dict[str, list[str]]
    git_commit: list[str]
    datasets: list[DatasetRecord]
    durations: dict[str, Seconds]
    forward: dict[str, dict[str, Seconds]] = {}
    resumed: list[str]
    compiled: dict[str, int] = {}
    sections: list[str]
    draft_reasons: list[str]


DRAFT, SHORTENED, INCOMPLETE = "BORRADOR", "EJECUCIÓN REDUCIDA", "DATOS INCOMPLETOS"
"""What each page of a report says that isn't the assignment's own; the reason follows."""

_NOT_MEASURED = ("figures", "drafts", "predictions", "code")


def measurements(values: Any) -> Any:
    """An experiment's results without how they look and what is said of them."""
    if not isinstance(values, Mapping):
        return values
    return {
        name: measurements(value) for name, value in values.items() if name not in _NOT_MEASURED
    }
