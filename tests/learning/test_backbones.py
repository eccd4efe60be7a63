"""Backbones: the carried one for real, torchvision's with files made here."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from reportgen.errors import DataError, UsageError
from reportgen.learning import backbones
from reportgen.learning.inference import activations, trainable_parameters
from reportgen.learning.preprocess import Preprocess

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.usefixtures("_one_thread"),
]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], float]]:
    asked: list[tuple[dict[str, str], float]] = []

    def unreachable(addresses: dict[str, str], seconds: float) -> dict[str, str]:
        asked.append((addresses, seconds))
        return dict.fromkeys(addresses, "the server can't be reached")

    monkeypatch.setattr(backbones, "unreachable", unreachable)
    return asked


def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> nn.Module:
    """A network of torchvision's whose weights lie in the cache, under the digest they have."""
    from torchvision import models

    torch.manual_seed(3)
    network: nn.Module = models.get_model(name, weights=None)
    known = backbones.backbone(name)
    path = known.path(tmp_path)
    path.parent.mkdir(parents=True)
    torch.save(network.state_dict(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(backbones._DIGESTS, known.file, digest)
    return network


def test_the_carried_one_needs_nothing(tmp_path: Path) -> None:
    known = backbones.backbone("efficientnet_lite0")
    assert known.url is None
    assert known.pinned_in_full
    assert known.mean == known.std == (0.5, 0.5, 0.5)
    assert backbones.weights_available("efficientnet_lite0", tmp_path)
    assert backbones.missing("efficientnet_lite0", tmp_path) == ""


def pin(name: str) -> str:
    return backbones.backbone(name).digest


def test_pretrained_weights_are_the_packaged_ones_and_fresh_ones_are_not(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = backbones.build(
        "efficientnet_lite0", 2, weights=pin("efficientnet_lite0"), cache=tmp_path
    )
    torch.manual_seed(0)
    fresh = backbones.build("efficientnet_lite0", 2, weights=None, cache=tmp_path)
    packaged = torch.load(
        backbones.backbone("efficientnet_lite0").path(tmp_path), weights_only=True
    )
    stem = "_conv_stem.weight"
    assert torch.equal(model.get_submodule("body").state_dict()[stem], packaged[stem])
    assert not torch.equal(fresh.get_submodule("body").state_dict()[stem], packaged[stem])


def test_every_backbone_gives_features_by_one_name(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    for name, size in [
        ("efficientnet_lite0", 1280),
        ("resnet18", 512),
        ("mobilenet_v3_small", 1024),
    ]:
        model = backbones.build(
            name, 7, weights=pin(name) if name == backbones.CARRIED else None, cache=tmp_path
        )
        known = backbones.backbone(name)
        preprocess = Preprocess(known.mean, known.std)
        found = activations(
            model, images, [backbones.FEATURES, "head"], preprocess, device=torch.device("cpu")
        )
        assert found[backbones.FEATURES].shape == (2, size)
        assert found["head"].shape == (2, 7)
        assert trainable_parameters(model)[-1] == {
            "layer": "head", "kind": "Linear", "parameters": 7 * size + 7,
        }  # fmt: skip


def test_the_networks_answers_are_those_of_torchvision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = trained(tmp_path, monkeypatch, "mobilenet_v3_small").eval()
    model = backbones.build(
        "mobilenet_v3_small", 2, weights=pin("mobilenet_v3_small"), cache=tmp_path
    ).eval()
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        features = model.get_submodule("body")(images)
        assert torch.equal(original.get_submodule("classifier.3")(features), original(images))


@pytest.mark.parametrize("damage", ["flipped", "pickle"])
def test_a_damaged_file_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    trained(tmp_path, monkeypatch, "mobilenet_v3_small")
    path = backbones.backbone("mobilenet_v3_small").path(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content if damage == "flipped" else b"cos\nsystem\n(S'true'\ntR.")
    opened: list[object] = []
    monkeypatch.setattr(torch, "load", lambda *args, **kwargs: opened.append(args))
    with pytest.raises(DataError, match="damaged") as caught:
        backbones.build("mobilenet_v3_small", 2, weights=pin("mobilenet_v3_small"), cache=tmp_path)
    assert caught.value.place is not None
    assert caught.value.place.file == path
    assert opened == []


class Intruder:
    """What a file could hold that runs code when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_a_file_with_code_in_it_is_refused_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = backbones.backbone("mobilenet_v3_small")
    path, mark = known.path(tmp_path), tmp_path / "ran"
    path.parent.mkdir(parents=True)
    torch.save({"weights": Intruder(mark)}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(backbones._DIGESTS, known.file, digest)
    with pytest.raises(DataError, match="something else than tensors"):
        backbones.build("mobilenet_v3_small", 2, weights=pin("mobilenet_v3_small"), cache=tmp_path)
    assert not mark.exists()


def test_other_weights_than_those_of_the_plan_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="by now, not 00000000"):
        backbones.build("efficientnet_lite0", 2, weights="00000000", cache=tmp_path)


def test_missing_weights_say_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="resnet18 aren't on this machine") as caught:
        backbones.build("resnet18", 2, weights=pin("resnet18"), cache=tmp_path)
    assert "efficientnet_lite0" in str(caught.value.hint)


def test_auto_is_the_carried_one_without_network(
    tmp_path: Path, offline: list[tuple[dict[str, str], float]]
) -> None:
    assert backbones.resolve("auto", tmp_path) == "efficientnet_lite0"
    ((addresses, seconds),) = offline
    assert addresses == {"resnet18": "https://download.pytorch.org/models/resnet18-f37072fd.pth"}
    assert seconds <= 2


def test_auto_is_resnet18_where_it_can_be_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbones, "unreachable", lambda addresses, seconds: {})
    assert backbones.resolve("auto", tmp_path) == "resnet18"


def test_auto_is_resnet18_where_its_weights_are(
    tmp_path: Path, offline: list[tuple[dict[str, str], float]]
) -> None:
    path = backbones.backbone("resnet18").path(tmp_path)
    path.parent.mkdir(parents=True)
    path.touch()
    assert backbones.resolve("auto", tmp_path) == "resnet18"
    assert offline == []


def test_pins_say_how_long_they_are() -> None:
    assert backbones.backbone("resnet18").pinned_in_full
    short = backbones.backbone("mobilenet_v3_small")
    assert not short.pinned_in_full
    assert short.digest == "047dcff4"


def test_every_name_has_an_address_a_digest_and_a_normalisation() -> None:
    names = backbones.names()
    assert len(names) > 50
    for known in map(backbones.backbone, names):
        assert known.url is None or known.url.startswith("https://")
        assert len(known.digest) >= 8
        assert len(known.mean) == len(known.std) == 3
        assert known.image_size >= 224


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    for call in (
        lambda: backbones.resolve("resnet81", tmp_path),
        lambda: backbones.build("resnet81", 2, weights=None),
        lambda: backbones.backbone("googlenet"),
    ):
        with pytest.raises(UsageError, match="unknown backbone") as caught:
            call()
        assert caught.value.hint is not None
    with pytest.raises(UsageError) as caught:
        backbones.backbone("resnet81")
    assert "'resnet18'" in str(caught.value.hint)
