"""What makes a network ready for transfer learning, and changes none of its answers."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from reportgen.learning import backbones
from reportgen.learning.body import SamePool, SlimReLU6, with_head
from reportgen.learning.inference import activations_kept


def test_an_idle_pool_is_skipped_and_another_is_not() -> None:
    pool, plain = SamePool((6, 6)), nn.AdaptiveAvgPool2d((6, 6))
    idle, larger = torch.rand(1, 2, 6, 6), torch.rand(1, 2, 9, 13)
    assert pool(idle) is idle
    assert torch.equal(plain(idle), idle)
    assert torch.equal(pool(larger), plain(larger))
    with torch.device("meta"):
        alexnet = backbones.build("alexnet", 2, weights=None)
    assert isinstance(alexnet.get_submodule("body.avgpool"), SamePool)


def test_statistics_keep_up_only_where_nothing_was_learned() -> None:
    digest = backbones.backbone("efficientnet_lite0").digest
    momenta = {
        weights: {
            module.momentum
            for module in backbones.build("efficientnet_lite0", 2, weights=weights).modules()
            if isinstance(module, nn.BatchNorm2d)
        }
        for weights in (None, digest)
    }
    assert momenta[None] == {0.1}
    assert max(momenta[digest]) == pytest.approx(0.01)


def test_folded_paddings_change_no_answer() -> None:
    known = backbones.backbone(backbones.CARRIED)
    package = EfficientNet.from_name("efficientnet-lite0")
    package.load_state_dict(torch.load(known.path(Path()), weights_only=True))
    body = with_head(copy.deepcopy(package), package.state_dict(), 2).get_submodule("body")
    convolutions = [module for module in body.modules() if isinstance(module, nn.Conv2d)]
    assert sum(one.padding != (0, 0) for one in convolutions) == 12  # depthwise, of stride 1
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        plain, folded = (network.eval().extract_features(images) for network in (package, body))
    scale = plain.abs().max().item()
    assert scale > 1
    torch.testing.assert_close(folded, plain, rtol=0, atol=1e-4 * scale)


def test_a_slim_activation_has_the_same_bits_both_ways() -> None:
    values = torch.tensor([-1.0, -0.0, 0.0, 1e-9, 3.0, 6.0, 6.5, float("inf"), float("nan")])
    slopes, answers = [], []
    for activation in (nn.ReLU6(), SlimReLU6()):
        given = values.clone().requires_grad_()
        answers.append(activation(given))
        answers[-1].backward(torch.arange(1.0, 10.0))
        slopes.append(given.grad)
    torch.testing.assert_close(*answers, rtol=0, atol=0, equal_nan=True)
    torch.testing.assert_close(*slopes, rtol=0, atol=0)


def test_a_backbone_with_relu6_keeps_a_fifth_less_to_train() -> None:
    package = EfficientNet.from_name("efficientnet-lite0")
    slim = with_head(copy.deepcopy(package), package.state_dict(), 2)
    assert sum(isinstance(module, SlimReLU6) for module in slim.modules()) == 17
    shape = (3, 224, 224)
    assert activations_kept(slim, shape) < 0.81 * activations_kept(package, shape)
