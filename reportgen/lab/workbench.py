"""The workbench: where datasets are prepared, and networks sized, trained and judged.

Nothing runs here. Each method makes a step and gives back where its result will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.data.sets import title
from reportgen.data.source import Source
from reportgen.engine.step import Step
from reportgen.lab import cost
from reportgen.lab.handles import Data, Network, Training
from reportgen.lab.maker import Maker
from reportgen.lab.outputs import Output
from reportgen.references import reference_to


@dataclass
class Workbench:
    """Makes the steps by which one experiment's classifiers are trained and judged.

    Attributes:
        maker: makes the steps.
        datasets: name → where it comes from.
        seed: of all that is random.
        device: where torch computes.
        cache: the per-user folder of downloads.
        pace: floating-point operations a second, measured.
        compiled: whether long trainings may be compiled.
    """

    maker: Maker
    datasets: Mapping[str, Source]
    seed: int
    device: str
    cache: Path
    pace: float
    compiled: bool = False

    def dataset(
        self,
        name: str,
        *,
        image_size: int,
        channels: int,
        train_samples: int = 0,
    ) -> Data:
        """A dataset of square images of ``image_size`` pixels.

        ``train_samples`` trains on a stratified part of it; 0: on all.
        """
        source = self.datasets[name]
        samples = dict(source.samples)
        samples["train"] = min(samples["train"], train_samples or samples["train"])
        pixels = image_size**2 * channels * sum(source.samples.values())
        step = self.maker.make(
            "dataset",
            "reportgen.lab.datasets:load",
            parameters={
                "dataset": name,
                "format": source.format,
                "fingerprint": source.fingerprint,
                "image_size": image_size,
                "channels": channels,
                "train_samples": train_samples,
                "seed": self.seed,
            },
            circumstances={"source": source.as_json(), "cache": str(self.cache)},
            seconds=cost.decoding(pixels),
            size=pixels,
        )
        return Data(
            step, title(source), source.classes, (channels, image_size, image_size), samples
        )

    def parameters(self, network: Network, *, name: str = "parameters") -> Output:
        """The number of trainable parameters, in all and by layer."""
        return Output(
            self.maker.make(
                name,
                "reportgen.lab.sizing:count",
                parameters={
                    "network": reference_to(network.build),
                    "arguments": dict(network.arguments),
                },
                code=[network.build],
            )
        )

    def train(
        self,
        network: Network,
        data: Data,
        options: Mapping[str, Any],
        *,
        name: str = "training",
        seed: int | None = None,
    ) -> Training:
        """Train a network; ``options`` are those of `reportgen.learning.training`.

        ``seed`` is that of all steps, unless another one is given.
        """
        seeded = {**options, "seed": self.seed if seed is None else seed}
        step = self._training(name, network, data, seeded, options["epochs"], {})
        return Training(step, data, network, seeded)

    def proceed(
        self, training: Training, epochs: int, *, name: str = "continuation"
    ) -> Training | None:
        """The same training, gone on for ``epochs`` more from where it ended; None for no more."""
        if not epochs:
            return None
        network, data, after = training.network, training.data, training.options["epochs"]
        options = {**training.options, "epochs": after + epochs}
        step = self._training(name, network, data, options, epochs, {"start": training.step})
        return Training(step, data, network, options, after=after)

    def _training(
        self,
        name: str,
        network: Network,
        data: Data,
        options: Mapping[str, Any],
        epochs: int,
        start: Mapping[str, Step],
    ) -> Step:
        """A step that trains for so many ``epochs`` by itself."""
        _, weights = cost.of_network(network, data.shape)
        return self.maker.make(
            name,
            "reportgen.lab.training:train",
            parameters={**network.as_parameters(), "options": dict(options)},
            inputs={"data": data.step, **start},
            code=[network.build],
            circumstances={"device": self.device, "compiled": self.compiled},
            seconds=cost.training(network, data, epochs, self.pace),
            size=cost.TRAINING_COPIES * weights,
            memory=cost.training_memory(network, data, options, weights),
        )

    def predict(self, training: Training, *, name: str = "predictions") -> Output:
        """The validation predictions of the best epoch."""
        return self.judge(training.data, training.step, name=name)

    def judge(self, data: Data, scores: Step, *, name: str) -> Output:
        """The predictions that belong to a step's validation scores."""
        return Output(
            self.maker.make(
                name,
                "reportgen.lab.measures:predictions",
                inputs={"data": data.step, "scores": scores},
            ),
            "predictions.csv",
        )

    def confusion(self, predictions: Output, *, pairs: int, name: str = "confusion") -> Output:
        """The confusion matrix and its most frequent errors."""
        return Output(
            self.maker.make(
                name,
                "reportgen.lab.measures:confusions",
                parameters={"count": pairs},
                inputs={"predictions": predictions.step},
            )
        )
