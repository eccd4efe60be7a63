"""Handles: what a declaration holds in its hand of things that don't exist yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportgen.engine.step import Step
from reportgen.lab.outputs import Output
from reportgen.references import reference_to


@dataclass(frozen=True)
class Data:
    """A dataset to be decoded.

    Attributes:
        step: the decoding.
        title: what the dataset is called in the report.
        classes: display names.
        shape: channels, height, width of an image as the network gets it.
        samples: subset → number of images.
    """

    step: Step
    title: str
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    samples: Mapping[str, int]

    @property
    def summary(self) -> Output:
        """Shapes and classes as they were decoded."""
        return Output(self.step)


@dataclass(frozen=True)
class Network:
    """A network of the project (or a backbone) and how it sees images.

    Attributes:
        build: the class or function that makes it.
        arguments: its keyword arguments.
        normalisation: mean and standard deviation of each channel (of pixels from 0 to 1);
            None: those of the training images.
        crop: the side in pixels of the (centre) crop that it gets; None: the whole image.
        unweighted: arguments that spare the weights when only its shape is asked for.
    """

    build: Callable[..., Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    normalisation: tuple[Sequence[float], Sequence[float]] | None = None
    crop: int | None = None
    unweighted: Mapping[str, Any] = field(default_factory=dict)

    def as_parameters(self) -> dict[str, Any]:
        """The network as a step's parameters."""
        return {
            "network": reference_to(self.build),
            "arguments": dict(self.arguments),
            "normalisation": self.normalisation and [list(part) for part in self.normalisation],
            "crop": self.crop,
        }


@dataclass(frozen=True)
class Training:
    """A training to be run; its best weights are those of the best validation accuracy.

    Attributes:
        options: as the training step gets them, its seed included.
        after: the last epoch of the training that this one goes on from, if it does.
    """

    step: Step
    data: Data
    network: Network
    options: Mapping[str, Any]
    after: int | None = None

    @property
    def continuation(self) -> dict[str, Any]:
        """What the results say of a training that went on."""
        return {"after": self.after, "history": self.history, "best": self.best}

    @property
    def history(self) -> Output:
        """One record an epoch."""
        return Output(self.step, "history.json")

    @property
    def best(self) -> Output:
        """The best epoch and its validation accuracy."""
        return Output(self.step, "best.json")


@dataclass(frozen=True)
class Activations:
    """What some layers put out for the validation images.

    Attributes:
        step: looks at them.
        data: the dataset.
        layers: label → the network's own name.
    """

    step: Step
    data: Data
    layers: Mapping[str, str]


@dataclass(frozen=True)
class Embedding:
    """A t-SNE picture of one layer, the record with its measured quality, and its settings."""

    points: Step
    record: Output
    activations: Activations
    layer: str
    perplexity: float

    @property
    def data(self) -> Data:
        """The dataset."""
        return self.activations.data
