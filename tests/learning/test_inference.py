"""What a network answers and holds, against torch used the plain way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from reportgen.errors import UsageError
from reportgen.learning.inference import (
    activations,
    activations_kept,
    flops,
    logits,
    trainable_parameters,
)
from reportgen.learning.preprocess import Preprocess

CPU = torch.device("cpu")
PREPROCESS = Preprocess((0.5, 0.4, 0.3), (0.2, 0.3, 0.4), crop=10)
# More than one batch.
IMAGES = np.random.default_rng(0).integers(0, 256, (70, 12, 14, 3), dtype=np.uint8)


@pytest.fixture
def model() -> nn.Sequential:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Dropout(0.5), nn.Flatten(), nn.Linear(6 * 16, 5),
    )  # fmt: skip


def plain_input() -> Tensor:
    centre = IMAGES[:, 1:11, 2:12].astype(np.float64) / 255
    normalised = (centre - (0.5, 0.4, 0.3)) / (0.2, 0.3, 0.4)
    return torch.tensor(normalised.transpose(0, 3, 1, 2), dtype=torch.float32).contiguous()


def test_preprocessing_is_the_textbook_one() -> None:
    seen = PREPROCESS(torch.from_numpy(IMAGES))
    torch.testing.assert_close(seen, plain_input(), rtol=1e-5, atol=1e-5)
    assert seen.stride(1) == 1, "channels-last"


def test_one_value_serves_all_channels() -> None:
    images = torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 2, 1).expand(1, 1, 2, 3)
    assert Preprocess((0.5,), (0.5,))(images)[0, :, 0].tolist() == [[-1.0, 1.0]] * 3


def test_answers_are_those_of_the_network_in_evaluation(model: nn.Sequential) -> None:
    model.train()
    answers = logits(model, IMAGES, PREPROCESS, device=CPU)
    with torch.no_grad():
        expected = model.eval()(plain_input()).numpy()
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, expected, rtol=1e-4, atol=1e-5)


def test_a_layer_gives_what_it_put_out(model: nn.Sequential) -> None:
    found = activations(model, IMAGES, ["1", "3", "6"], PREPROCESS, device=CPU)
    with torch.no_grad():
        model.eval()
        norm = model[1](model[0](plain_input()))  # what the in-place ReLU behind it overwrites
        pooled = model[3](norm.clamp_min(0))
    assert list(found) == ["1", "3", "6"]
    np.testing.assert_allclose(found["1"], norm.flatten(1).numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found["3"], pooled.flatten(1).numpy(), rtol=1e-4, atol=1e-5)
    assert (found["1"] < 0).any()
    assert np.array_equal(found["6"], logits(model, IMAGES, PREPROCESS, device=CPU))


def test_large_maps_are_pooled_only_when_asked(model: nn.Sequential) -> None:
    whole = activations(model, IMAGES, ["0", "6"], PREPROCESS, device=CPU)
    small = activations(model, IMAGES, ["0", "6"], PREPROCESS, device=CPU, pool=2)
    assert whole["0"].shape == (70, 6 * 8 * 8)
    blocks = whole["0"].reshape(70, 6, 2, 4, 2, 4).mean((3, 5)).reshape(70, -1)
    np.testing.assert_allclose(small["0"], blocks, rtol=1e-4, atol=1e-5)
    assert np.array_equal(small["6"], whole["6"])


def test_no_hook_stays(model: nn.Sequential) -> None:
    activations(model, IMAGES, ["1"], PREPROCESS, device=CPU)
    with pytest.raises(UsageError):
        activations(model, IMAGES, ["2", "12"], PREPROCESS, device=CPU)
    assert not any(module._forward_hooks for module in model.modules())


def test_an_unknown_layer_is_refused_with_the_nearest(model: nn.Sequential) -> None:
    named = nn.Sequential()
    named.add_module("features", model)
    with pytest.raises(UsageError, match=r"no layer 'feature\.3'") as caught:
        activations(named, IMAGES, ["feature.3"], PREPROCESS, device=CPU)
    assert "'features.3'" in str(caught.value.hint)


class _Odd(nn.Module):
    """Layers that run twice, with outputs alike or not, or never, or once for all images."""

    def __init__(self) -> None:
        super().__init__()
        self.alike, self.shrinking = nn.Conv2d(3, 3, 1), nn.MaxPool2d(2)
        self.never, self.shared, self.flat = nn.ReLU(), nn.Identity(), nn.Flatten()

    def forward(self, images: Tensor) -> Tensor:
        images = images + self.shared(torch.ones(1, 3, 1, 1))
        maps = self.alike(self.alike(images))
        answers: Tensor = self.flat(self.shrinking(self.shrinking(maps)))
        return answers


@pytest.mark.parametrize("layer", ["alike", "shrinking", "never", "shared"])
def test_a_layer_without_one_row_an_image_is_told(layer: str) -> None:
    with pytest.raises(UsageError, match=f"'{layer}' of the network _Odd doesn't put out one row"):
        activations(_Odd(), IMAGES, ["flat", layer], PREPROCESS, device=CPU)


def test_parameters_are_counted_layer_by_layer(model: nn.Sequential) -> None:
    model[0].requires_grad_(False)
    layers = trainable_parameters(model)
    assert layers == [
        {"layer": "1", "kind": "BatchNorm2d", "parameters": 12},
        {"layer": "6", "kind": "Linear", "parameters": 96 * 5 + 5},
    ]


def test_operations_are_counted_by_hand(model: nn.Sequential) -> None:
    # 8 × 8 positions × 6 filters × 27 inputs, then 96 × 5: a product and a sum each.
    assert flops(model, (3, 10, 10)) == 2 * (64 * 6 * 27 + 96 * 5)
    assert all(parameter.device == CPU for parameter in model.parameters())


def test_a_dense_layer_is_kept_before_what_overwrites_it() -> None:
    torch.manual_seed(0)
    dense = nn.Sequential(nn.Flatten(), nn.Linear(300, 8), nn.ReLU(inplace=True))
    found = activations(dense, IMAGES, ["1", "2"], PREPROCESS, device=CPU)
    assert (found["1"] < 0).any()
    assert np.array_equal(found["1"].clip(min=0), found["2"])


def test_what_is_kept_to_go_back_is_counted_by_the_storage() -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(4 * 36, 2)
    )
    image, maps = 64, 4 * 36  # the maps are one storage: written over, flattened by a view
    assert activations_kept(network, (1, 8, 8)) == 4 * (image + maps)
    assert not any(parameter.is_meta for parameter in network.parameters())
