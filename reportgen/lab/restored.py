"""A trained network as its training left it, with what it makes of an image before it sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from safetensors.torch import load_file

from reportgen.learning.preprocess import Preprocess
from reportgen.references import resolve

if TYPE_CHECKING:
    from torch import nn

    from reportgen.engine.artifact import Artifact

BEST, LAST = "best.safetensors", "last.safetensors"


def restored(
    training: Artifact,
    network: str,
    arguments: dict[str, Any],
    crop: int | None,
    *,
    weights: str = BEST,
) -> tuple[nn.Module, Preprocess]:
    """The network with the weights of an epoch, and its preprocessing.

    Args:
        training: what the training left.
        network, arguments, crop: as the training got them.
        weights: the best epoch's or the last one's.
    """
    model: nn.Module = resolve(network)(**arguments)
    model.load_state_dict(load_file(training.path(weights)))
    seen = training.json("normalisation.json")
    return model, Preprocess(tuple(seen["mean"]), tuple(seen["std"]), crop)
