from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from reportgen.learning.preprocess import Preprocess
from reportgen.learning.probing import INPUT, SIDE, representations

PLAIN = Preprocess((0.0,), (1.0,), None)


class Tiny(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.dense = nn.Linear(2 * 20 * 20, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.conv(x))
        logits: Tensor = self.dense(x.flatten(1))
        return logits


def found(side: int = 20) -> tuple[Tiny, np.ndarray, list[tuple[str, int, np.ndarray]]]:  # type: ignore[type-arg]
    torch.manual_seed(0)
    model = Tiny()
    images = np.random.default_rng(0).integers(0, 256, (5, side, side, 1), np.uint8)
    rows = representations(model, {"train": images}, PLAIN, device=torch.device("cpu"))
    return model, images, [(name, size, subsets["train"]) for name, size, subsets in rows]


def test_the_input_comes_first_and_what_follows_is_as_the_next_layer_gets_it() -> None:
    model, images, rows = found()
    assert [(name, size) for name, size, _ in rows] == [
        (INPUT, 0), ("conv", 20), ("dense", 2403),
    ]  # fmt: skip
    pixels, behind_convolution, scores = (values for _, _, values in rows)
    assert np.allclose(pixels, images.reshape(5, -1) / 255, atol=1e-6)
    assert (behind_convolution >= 0).all()  # after the ReLU, which is no layer of its own
    with torch.no_grad():
        expected = model(torch.from_numpy(images).permute(0, 3, 1, 2) / 255).numpy()
    assert np.allclose(scores, expected, atol=1e-5)
    weight, bias = model.dense.weight.detach().numpy(), model.dense.bias.detach().numpy()
    assert np.allclose(behind_convolution @ weight.T + bias, scores, atol=1e-4)


def test_large_maps_inside_are_averaged_and_the_input_is_not() -> None:
    class Wide(nn.Sequential):
        pass

    model = Wide(nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 1, 3, padding=1), nn.Flatten())
    images = np.zeros((2, 28, 28, 1), np.uint8)
    rows = list(representations(model, {"a": images}, PLAIN, device=torch.device("cpu")))
    assert rows[0][2]["a"].shape == (2, 28 * 28)
    assert rows[1][2]["a"].shape == (2, 2 * SIDE * SIDE)
