"""What each section reports; apart from its network, so that gathering results needs no torch."""

from __future__ import annotations

from reportgen.evidence import AlexNetEvidence, SimpleCNNEvidence, TransferEvidence
from reportgen.results import (
    Best,
    Confusion,
    Count,
    DatasetSummary,
    Epoch,
    FigureFile,
    Fraction,
    Model,
    Parameters,
    TrainedResults,
)
from reportgen.results import Embedding as EmbeddingRecord


class SimpleCNNResults(TrainedResults):
    """What section 1.1 reports."""

    evidence: SimpleCNNEvidence | None


class Listing(Model):
    """The network's definition as it ran."""

    source: str
    file: str
    line: int


class AlexNetResults(TrainedResults):
    """What section 1.2 reports."""

    code: Listing
    evidence: AlexNetEvidence | None


class Separability(Model):
    """One line in the plane of the t-SNE picture."""

    accuracy: Fraction
    misplaced: Count
    samples: Count


class Alternative(Model):
    """One of the assignment's four ways; what doesn't train has no history."""

    accuracy: Fraction
    confusion: Confusion
    predictions: str
    embedding: EmbeddingRecord
    separability: Separability | None
    separability_left_out: str | None
    history: list[Epoch] | None = None
    best: Best | None = None


class Backbone(Model):
    """The network behind all four alternatives."""

    name: str
    parameters: Parameters


class TransferResults(Model):
    """What section 1.3 reports."""

    dataset: DatasetSummary
    backbone: Backbone
    alternatives: dict[str, Alternative]
    evidence: TransferEvidence | None
    figures: dict[str, FigureFile]
    drafts: dict[str, list[str]]
