"""The evidence that a declaration asks for: steps that tell why, beside the assignment's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen.engine.step import Step
from reportgen.lab import cost
from reportgen.lab.handles import Activations, Data, Embedding, Network, Training
from reportgen.lab.outputs import Output
from reportgen.references import reference_to

if TYPE_CHECKING:
    from reportgen.lab.declare import Lab


PROBED = 5000
"""The images, of training and of validation, that a probe is fitted to and judged by at most."""

MISTAKES = 6
"""Those that are explained: a row of a figure."""

WHOLE = "whole"
"""The network that the reductions reduce, among their names."""


@dataclass(frozen=True)
class Evidence:
    """Makes the steps of the evidence; what each measures stands in `reportgen.evidence`."""

    lab: Lab

    def certainty(self, name: str, predictions: Output, training: Training | None = None) -> Output:
        """How sure an accuracy is; a training is repeated with the lab's other seeds.

        Args:
            name: of the step that trained.
            predictions: the accuracy's.
            training: whose they are; None where nothing was trained by epochs.
        """
        inputs: dict[str, Step] = {"predictions_0": predictions.step}
        if training is not None:
            inputs["training"] = training.step
            for number in range(1, self.lab.seeds):
                inputs[f"predictions_{number}"] = self._repeated(name, training, number)
        return self._measure(
            f"certainty_{name}",
            "reportgen.lab.certainty:of_accuracy",
            inputs,
            seed=self.lab.seed,
        )

    def differences(self, predictions: Mapping[str, Output]) -> Output:
        """Paired tests between classifiers of the same images, by name."""
        inputs = {f"predictions_{i}": one.step for i, one in enumerate(predictions.values())}
        return self._measure(
            "differences", "reportgen.lab.certainty:compare", inputs, names=list(predictions)
        )

    def trend(self, training: Training) -> Output:
        """Where a training was going when it ended."""
        return self._measure("trend", "reportgen.lab.trends:measure", {"training": training.step})

    def calibration(self, training: Training) -> Output:
        """The network's confidence against its being right, at the best and at the last epoch."""
        return self._looked("calibration", "reportgen.lab.reliability:measure", training)

    def representation(
        self, layer: str, embedding: Embedding, activations: Activations, confusion: Output
    ) -> Output:
        """The clusters in a layer's activations, and their agreement with the confusions."""
        inputs = {
            "activations": activations.step,
            "picture": embedding.record.step,
            "data": activations.data.step,
            "confusion": confusion.step,
        }
        return self._measure(
            f"representation_{layer}",
            "reportgen.lab.representation:measure",
            inputs,
            seconds=cost.CLUSTERS,
            layer=layer,
            seed=self.lab.seed,
        )

    def hyperplane(self, name: str, activations: Activations, layer: str) -> Output:
        """How well two classes separate in a layer itself, cross-validated."""
        return self._measure(
            f"{name}_hyperplane",
            "reportgen.lab.separability:separate_fully",
            {"activations": activations.step, "data": activations.data.step},
            layer=layer,
            seed=self.lab.seed,
        )

    def reductions(
        self, whole: Training, parameters: Output, smaller: Mapping[str, Network]
    ) -> Output:
        """The smaller networks, trained as the whole one (of so many parameters) was."""
        inputs = {"training_0": whole.step, "size_0": parameters.step}
        for number, (name, network) in enumerate(smaller.items(), start=1):
            other = self.lab.train(network, whole.data, whole.options, name=f"reduced_{name}")
            inputs[f"training_{number}"] = other.step
            size = self.lab.parameters(network, name=f"reduced_{name}_parameters")
            inputs[f"size_{number}"] = size.step
        names = [WHOLE, *smaller]
        return self._measure("reductions", "reportgen.lab.reductions:compare", inputs, names=names)

    def clock(
        self, whole: Training, smaller: Mapping[str, Network], *, images: int = 1000
    ) -> Output:
        """How long each network takes for so many images; the colophon tells the seconds."""
        networks = {WHOLE: whole.network, **smaller}
        step = self.lab.maker.make(
            "clock",
            "reportgen.lab.reductions:clock",
            parameters={
                "networks": {
                    name: [reference_to(one.build), dict(one.arguments)]
                    for name, one in networks.items()
                },
                "shape": list(whole.data.shape),
                "images": images,
            },
            code=[one.build for one in networks.values()],
            circumstances={"device": self.lab.device},
            seconds=3.0,
        )
        return Output(step)

    def draw_reductions(self, reductions: Output, whole: str, titles: Mapping[str, str]) -> Output:
        """Accuracy by size, with the Pareto front."""
        inputs = {"reductions": reductions.step}
        return self._figure("reductions", "reductions", inputs, whole=whole, titles=dict(titles))

    def probes(self, training: Training, *, samples: int = PROBED) -> Output:
        """A linear probe on the input and behind every layer, on so many images at most."""
        return self._looked(
            "probes",
            "reportgen.lab.probing:measure",
            training,
            seconds=cost.PROBE,
            memory=cost.probe_memory(samples, training.data.shape),
            samples=samples,
            seed=self.lab.seed,
        )

    def attention(self, training: Training, predictions: Output) -> tuple[Output, Output]:
        """How concentrated Grad-CAM's maps of the most confident mistakes are, and their figure."""
        judged = {"predictions": predictions.step}
        looked = self._looked(
            "gradcam", "reportgen.lab.gradcam:look", training, judged, seconds=3.0, count=MISTAKES
        )
        figure = self._figure(
            "attention",
            "attention",
            {"data": training.data.step, "looked": looked.step, **judged},
        )
        maps = {"looked": looked.step}
        return self._measure("attention", "reportgen.lab.attention:measure", maps), figure

    def draw_probes(self, probes: Output) -> Output:
        """Accuracy by depth, beside each layer's share of the parameters."""
        return self._figure("probes", "probes", {"probes": probes.step})

    def draw_calibration(self, calibration: Output) -> Output:
        """Reliability diagrams."""
        return self._figure("calibration", "calibration", {"calibration": calibration.step})

    def draw_distances(self, name: str, measured: Output, data: Data) -> Output:
        """The classes' distances in a picture (its record) or in the layer (`representation`)."""
        inputs = {"measured": measured.step, "data": data.step}
        return self._figure(name, "distances", inputs)

    def draw_misplaced(self, name: str, line: Output, data: Data, title: str) -> Output:
        """Images on the wrong side of the line in the plane."""
        inputs = {"line": line.step, "data": data.step}
        return self._figure(f"misplaced_{name}", "misplaced", inputs, title=title, count=12)

    def _repeated(self, name: str, training: Training, number: int) -> Step:
        other = self.lab.train(
            training.network,
            training.data,
            training.options,
            name=f"{name}_seed_{number}",
            seed=self.lab.seed + number,
        )
        return self.lab.predict(other, name=f"{name}_seed_{number}_predictions").step

    def _looked(
        self,
        name: str,
        function: str,
        training: Training,
        inputs: Mapping[str, Step] | None = None,
        seconds: float = 0.0,
        memory: int = 0,
        **parameters: Any,
    ) -> Output:
        """A step that runs a trained network on the validation images, and what it does besides."""
        flops, _ = cost.of_network(training.network, training.data.shape)
        samples = training.data.samples["validation"]
        return Output(
            self.lab.maker.make(
                name,
                function,
                parameters={**training.network.as_parameters(), **parameters},
                inputs={"data": training.data.step, "training": training.step, **(inputs or {})},
                code=[training.network.build],
                circumstances={"device": self.lab.device},
                seconds=seconds + cost.inference(flops, samples, self.lab.pace),
                memory=memory,
            )
        )

    def _measure(
        self,
        name: str,
        function: str,
        inputs: Mapping[str, Step],
        seconds: float = 0.5,
        **parameters: Any,
    ) -> Output:
        step = self.lab.maker.make(
            name, function, parameters=parameters, inputs=inputs, seconds=seconds
        )
        return Output(step)

    def _figure(
        self, name: str, function: str, inputs: Mapping[str, Step], **parameters: Any
    ) -> Output:
        step = self.lab.maker.make(
            f"figure_{name}",
            f"reportgen.lab.evidence_drawing:{function}",
            parameters=parameters,
            inputs=inputs,
            seconds=1.0,
        )
        return Output(step, "figure.svg")
