"""What makes a network ready for transfer learning, and changes none of its answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from reportgen.learning import backbones
from reportgen.learning.body import SamePool, SlimReLU6, with_head
from reportgen.learning.depthwise import DepthwiseConv2d
from reportgen.learning.inference import activations_kept
from reportgen.notebooks.glue.backbone import efficientnet_body, efficientnet_weights


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


def test_folded_paddings_and_slim_activations_change_no_answer() -> None:
    package, body = package_and_body()
    assert sum(isinstance(module, DepthwiseConv2d) for module in body.modules()) == 16
    assert sum(isinstance(module, SlimReLU6) for module in body.modules()) == 17
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        plain, folded = (network.eval().extract_features(images) for network in (package, body))
    scale = plain.abs().max().item()
    assert scale > 1
    torch.testing.assert_close(folded, plain, rtol=0, atol=1e-4 * scale)


@pytest.mark.parametrize("training", [False, True])
def test_slim_activations_have_the_gradients_of_plain_ones(training: bool) -> None:
    images = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    gradients = []
    for network in package_and_body():
        torch.manual_seed(0)  # some blocks are left out at random
        features = network.double().train(training).extract_features(images.double())
        features.square().mean().backward()
        gradients.append({name: one.grad for name, one in network.named_parameters()})
    plain, slim = gradients
    compared = [name for name in slim if slim[name] is not None]
    assert len(compared) > 140
    for name in compared:
        torch.testing.assert_close(slim[name], plain[name], rtol=1e-6, atol=1e-12)


def test_a_notebooks_network_is_made_as_a_builds() -> None:
    _, body = package_and_body()
    noted = with_head(efficientnet_body(), efficientnet_weights(), 2).get_submodule("body")
    kinds = [{name: type(module) for name, module in one.named_modules()} for one in (body, noted)]
    assert kinds[0] == kinds[1]


def package_and_body() -> tuple[EfficientNet, nn.Module]:
    """EfficientNet-lite0 as its package has it, and as the backbone's body."""
    known = backbones.backbone(backbones.CARRIED)
    package = EfficientNet.from_name("efficientnet-lite0")
    package.load_state_dict(torch.load(known.path(Path()), weights_only=True))
    network = backbones.build(known.name, 2, weights=known.digest)
    return package, network.get_submodule("body")


def test_a_slim_activation_has_the_same_bits_both_ways() -> None:
    values = torch.tensor([-1.0, -0.0, 0.0, 1e-9, 3.0, 6.0, 6.5, float("inf"), float("nan")])
    slopes, answers = [], []
    for activation in (nn.ReLU6(), SlimReLU6()):
        given = values.clone().requires_grad_()
        answer = activation(given.clone())
        answers.append(answer.detach().clone())  # the slim one's gradient is written over it
        answer.backward(torch.arange(1.0, 10.0))
        slopes.append(given.grad)
    torch.testing.assert_close(*answers, rtol=0, atol=0, equal_nan=True)
    torch.testing.assert_close(*slopes, rtol=0, atol=0)


def test_a_slim_activation_goes_back_once() -> None:
    answer = SlimReLU6()(torch.ones(3, requires_grad=True) * 2)
    answer.backward(torch.ones(3), retain_graph=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        answer.backward(torch.ones(3))


def test_only_activations_that_may_write_over_their_input_do() -> None:
    network = nn.Sequential(nn.ReLU6(), nn.ReLU6(inplace=True), nn.Linear(3, 3))
    body = with_head(network, None, 2).get_submodule("body")
    assert [isinstance(module, SlimReLU6) for module in body] == [False, True, False]


def test_a_backbone_with_relu6_keeps_a_fifth_less_to_train() -> None:
    package = EfficientNet.from_name("efficientnet-lite0")
    slim = backbones.build(backbones.CARRIED, 2, weights=None)
    shape = (3, 224, 224)
    assert activations_kept(slim, shape) < 0.81 * activations_kept(package, shape)
