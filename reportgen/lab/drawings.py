"""The figures that a declaration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.engine.step import Step
from reportgen.lab.handles import Data, Embedding, Training
from reportgen.lab.maker import Maker
from reportgen.lab.outputs import Output

FIGURE = "figure.svg"


class Drawings:
    """Makes the steps that draw; each method gives back its figure."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker

    def curves(
        self, training: Training, longer: Training | None = None, *, name: str = "curves"
    ) -> Output:
        """Loss and accuracy of one training by epoch, and of the one that went on from it."""
        shown = longer or training
        return self._figure(
            "curve_drawing:curves", name, {"training": shown.step}, after=shown.after
        )

    def compared_curves(self, histories: Mapping[str, Output], *, name: str = "curves") -> Output:
        """The curves of several trainings, by title, on the same scales."""
        inputs = {f"training_{i}": one.step for i, one in enumerate(histories.values())}
        return self._figure("curve_drawing:compared_curves", name, inputs, titles=list(histories))

    def confusion_matrix(self, confusion: Output, *, name: str = "confusion") -> Output:
        """A confusion matrix with counts and row shares."""
        return self._figure(
            "confusion_drawing:confusion_matrix", name, {"confusion": confusion.step}
        )

    def mistakes(
        self,
        data: Data,
        predictions: Output,
        *,
        count: int,
        title: str = "",
        name: str = "mistakes",
    ) -> Output:
        """The images that were misclassified with the most confidence, under a title."""
        inputs = {"data": data.step, "predictions": predictions.step}
        return self._figure("confusion_drawing:mistakes", name, inputs, count=count, title=title)

    def embeddings(
        self,
        panels: Mapping[str, Embedding],
        *,
        lines: Mapping[str, Output] | None = None,
        name: str = "tsne",
    ) -> Output:
        """t-SNE pictures side by side, by title, each with its separating line if there is one."""
        inputs: dict[str, Step] = {}
        for number, (panel, embedding) in enumerate(panels.items()):
            inputs[f"points_{number}"] = embedding.points
            inputs[f"data_{number}"] = embedding.data.step
            if lines:
                inputs[f"line_{number}"] = lines[panel].step
        return self._figure("embedding_drawing:embeddings", name, inputs, titles=list(panels))

    def thumbnails(self, embedding: Embedding, *, name: str = "tsne_thumbnails") -> Output:
        """A t-SNE picture made of the images themselves."""
        inputs = {"embedding": embedding.points, "data": embedding.data.step}
        return self._figure("embedding_drawing:thumbnails", name, inputs)

    def _figure(
        self, function: str, name: str, inputs: Mapping[str, Step], **parameters: Any
    ) -> Output:
        step = self._maker.make(
            f"figure_{name}",
            f"reportgen.lab.{function}",
            parameters=parameters,
            inputs=inputs,
            seconds=1.0,
        )
        return Output(step, FIGURE)
