"""Batches on a CUDA device that isn't here: torch's fake tensors know devices and shapes, refuse
what a real device would refuse, and compute nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from reportgen.learning import device as devices
from reportgen.learning.augmentation import CropAndFlip
from reportgen.learning.loop import Trainer, gather, predict
from reportgen.learning.memory import resident
from reportgen.learning.preprocess import Preprocess

CUDA = torch.device("cuda")


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def pin(batch: Tensor) -> Tensor:
        assert batch.device.type == "cpu", "only the host's memory can be pinned"
        return batch

    monkeypatch.setattr(Tensor, "pin_memory", pin)
    with FakeTensorMode():
        yield


def images(where: str, count: int = 70) -> tuple[Tensor, Tensor]:
    pictures = torch.zeros(count, 20, 20, 3, dtype=torch.uint8, device=where)
    return pictures, torch.zeros(count, dtype=torch.int64, device=where)


def network() -> nn.Module:
    with torch.device(CUDA):
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 14 * 14, 2))


def preprocess() -> Preprocess:
    with torch.device(CUDA):
        return Preprocess((0.5,), (0.5,), 16)


@pytest.mark.parametrize("where", ["cuda", "cpu"])
@pytest.mark.parametrize("augmented", [True, False])
def test_a_batch_is_made_on_the_device_wherever_the_set_lies(where: str, augmented: bool) -> None:
    model = network()
    crop = CropAndFlip(crop=16, padding=2, flip=True, seed=0)
    trainer = Trainer(
        model, torch.optim.Adam(model.parameters()), images(where), images(where, 10),
        preprocess(), epochs=1, batch_size=16, seed=0, augment=crop if augmented else None,
    )  # fmt: skip
    rows = torch.arange(16, device=where)
    pictures = trainer.pictures(rows)
    side = 16 if augmented else 20
    assert (pictures.device.type, pictures.shape) == ("cuda", (16, side, side, 3))
    assert gather(trainer.train[1], rows, trainer.device).device.type == "cuda"
    assert model(trainer.preprocess(pictures)).shape == (16, 2)


@pytest.mark.parametrize("where", ["cuda", "cpu"])
def test_answers_come_from_a_device_that_is_named_without_its_number(where: str) -> None:
    """As a notebook names it: "cuda" isn't equal to the "cuda:0" that its tensors are on."""
    pictures, _ = images(where, 10)
    answers = list(predict(network(), pictures, preprocess(), CUDA, 4, torch.float32))
    assert [tuple(batch.shape) for batch in answers] == [(4, 2), (4, 2), (2, 2)]
    assert {batch.device.type for batch in answers} == {"cuda"}


def test_weights_lie_as_the_device_goes_back_through_them_rightly() -> None:
    assert devices.layout(CUDA) == devices.layout(torch.device("cpu")) == torch.channels_last
    assert devices.layout(torch.device("mps")) == torch.contiguous_format


def test_a_set_of_over_two_thousand_million_numbers_stays_off_metal() -> None:
    huge = torch.zeros(2**31, dtype=torch.uint8)
    assert resident(huge, torch.device("mps")).device.type == "cpu"
