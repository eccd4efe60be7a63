"""The evidence beside an experiment's own numbers, as it stands in ``results.json``.

Accuracies and shares are fractions of 1, losses nats. What the samples didn't allow has its reason
in Spanish, for the page.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from reportgen.results import ClusterQuality, Count, FigureFile, Fraction, Model

T = TypeVar("T")


class Measured(Model, Generic[T]):
    """A measure; where ``value`` is None, ``left_out`` has the reason."""

    value: T | None
    left_out: str | None = None


class Interval(Model):
    """A confidence interval of an accuracy."""

    low: Fraction
    high: Fraction
    level: Fraction


class Spread(Model):
    """Mean and standard deviation (N - 1) over trainings with other seeds."""

    mean: Fraction
    standard_deviation: float
    minimum: Fraction
    maximum: Fraction
    seeds: Count


class Optimism(Model):
    """The best epoch against the mean of those after it: how much of it may be luck of the choice.

    Where the last epoch is the best, ``following`` and ``optimism`` are None.
    """

    epoch: Count
    value: Fraction
    following: Fraction | None
    optimism: float | None


class Certainty(Model):
    """How sure a validation accuracy is.

    ``interval`` is the binomial one of the run that the report shows; ``spread`` and ``bootstrap``
    (of the mean accuracy, over the samples) are of ``accuracies``, one a seed, if they are several.
    """

    samples: Count
    right: Count
    interval: Interval
    accuracies: list[Fraction]
    spread: Spread | None
    bootstrap: Interval | None
    optimism: Measured[Optimism]


class Difference(Model):
    """McNemar's exact test of two classifiers on the same images; ``adjusted`` after Holm."""

    first: str
    second: str
    only_first: Count
    only_second: Count
    difference: float
    p_value: Fraction
    adjusted: Fraction


class Slope(Model):
    """A least-squares line through the last epochs: its change an epoch.

    ``margin`` is half of the slope's 95 % confidence interval.
    """

    slope: float
    standard_error: float
    margin: float
    first_epoch: Count
    last_epoch: Count


class Minimum(Model):
    """The lowest value of a series, and what it rose by until the end."""

    epoch: Count
    value: float
    rise: float


class Gap(Model):
    """Validation minus training loss by epoch."""

    values: list[float]
    first: float
    last: float
    slope: Slope


class Trend(Model):
    """Where a training was going when it ended."""

    loss: Slope
    minimum: Minimum
    gap: Gap


class Bin(Model):
    """The samples with a confidence in (low, high]."""

    low: Fraction
    high: Fraction
    samples: Count
    confidence: Fraction
    accuracy: Fraction


class Calibration(Model):
    """Reliability of the predictions of one epoch; ``error`` is the expected calibration error."""

    epoch: Count
    samples: Count
    error: Fraction
    confidence: Fraction
    accuracy: Fraction
    overconfidence: float
    bins: list[Bin]


class Calibrations(Model):
    """At the epoch of the best validation accuracy and at the last one."""

    best: Measured[Calibration]
    last: Measured[Calibration]


class Agreement(Model):
    """Rank correlation of the classes' distances with their confusions: negative where near
    classes are confused more."""

    plane: Measured[float]
    activations: Measured[float]


class Representation(Model):
    """A layer's activations, measured as their picture is, and how both agree with the errors."""

    activations: ClusterQuality
    agreement: Agreement


class Hyperplane(Model):
    """A linear SVM in the whole feature space: each image judged by a machine that hasn't seen
    it."""

    folds: Count
    accuracy: Fraction
    misplaced: Count
    samples: Count


class Evidence(Model):
    """What every section measures; ``certainty`` has one entry an accuracy."""

    figures: dict[str, FigureFile]
    certainty: dict[str, Certainty]


class Probe(Model):
    """A linear probe fitted to a layer of D ``dimensions``."""

    accuracy: Fraction
    train_accuracy: Fraction
    dimensions: Count
    samples: Count
    iterations: Count
    converged: bool


class ProbedLayer(Model):
    """A layer (the first: the input), its parameters, and what is read off behind it."""

    layer: str
    parameters: Count
    probe: Measured[Probe]


class Probes(Model):
    """Linear probes by depth, on so many images."""

    train_samples: Count
    validation_samples: Count
    layers: list[ProbedLayer]


class Attention(Model):
    """Grad-CAM of the surest mistakes: the share of the image with half of the attention."""

    images: Count
    half_area: Measured[Fraction]


class TrainedEvidence(Evidence):
    """Of a network trained on one dataset."""

    trend: Measured[Trend]
    representations: dict[str, Representation]
    attention: Attention
    probes: Probes | None


class Reduced(Model):
    """A smaller network; ``reduction`` and ``penalty`` are fractions against the whole one."""

    parameters: Count
    accuracy: Fraction
    reduction: float
    penalty: float


class Reductions(Model):
    """Smaller networks against the whole one; the recommended one, if one is good enough."""

    parameters: Count
    accuracy: Fraction
    networks: dict[str, Reduced]
    recommended: str | None


class Clock(Model):
    """How many images the forward passes were timed on; the seconds are in the colophon."""

    images: Count


class SimpleCNNEvidence(TrainedEvidence):
    """Also what a smaller network costs."""

    reductions: Reductions
    titles: dict[str, str]
    clock: Clock


class AlexNetEvidence(TrainedEvidence):
    """Also what becomes of the confidence after the best epoch."""

    calibration: Calibrations


class TransferEvidence(Evidence):
    """How the alternatives separate the classes, and which of them differ.

    ``attention`` is that of the alternative whose mistakes the report shows.
    """

    attention: Attention
    hyperplanes: dict[str, Measured[Hyperplane]]
    differences: list[Difference]
