"""The step that looks at what a trained network's layers put out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportgen.lab.device import use
from reportgen.lab.restored import restored
from reportgen.learning.inference import activations

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace


def observe(
    _: Workspace,
    *,
    data: Artifact,
    training: Artifact,
    network: str,
    arguments: dict[str, Any],
    normalisation: list[list[float]] | None,  # noqa: ARG001 - keyed; the training noted it
    crop: int | None,
    layers: dict[str, str],
    device: str,
) -> Contents:
    """One ``<label>.npy`` (N, D) a layer, for the validation images, by the best weights."""
    place = use(device)
    model, preprocess = restored(training, network, arguments, crop)
    found = activations(
        model,
        data.array("validation_images.npy"),
        list(layers.values()),
        preprocess,
        device=place,
    )
    return {f"{label}.npy": found[layer] for label, layer in layers.items()}
