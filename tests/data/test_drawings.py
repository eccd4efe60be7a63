from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from reportgen.data import canvas, drawings, recipes
from reportgen.data.sketches import SKETCHES
from reportgen.data.source import SUBSETS, Dataset
from reportgen.errors import DataError

DATASETS = ("cifar10", "hymenoptera")
CIFAR10_CLASSES = (
    "avión",
    "automóvil",
    "pájaro",
    "gato",
    "ciervo",
    "perro",
    "rana",
    "caballo",
    "barco",
    "camión",
)


@cache
def painted(dataset: str) -> Dataset:
    return drawings.load(dataset, 32)


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_pictures_are_as_many_as_announced_and_evenly_labelled(dataset: str) -> None:
    data = painted(dataset)
    for subset in SUBSETS:
        part = getattr(data, subset)
        count = recipes.samples(dataset)[subset]
        assert part.images.shape == (count, 32, 32, 3)
        assert part.images.dtype == np.uint8
        assert part.labels.dtype == np.int64
        assert np.bincount(part.labels).tolist() == [count // len(data.classes)] * len(data.classes)


def test_the_classes_have_the_real_sets_names_in_their_order() -> None:
    assert painted("cifar10").classes == CIFAR10_CLASSES
    assert painted("hymenoptera").classes == ("hormiga", "abeja")


def test_the_same_call_gives_the_same_bytes() -> None:
    again = drawings.load("hymenoptera", 32)
    for subset in SUBSETS:
        first, second = getattr(painted("hymenoptera"), subset), getattr(again, subset)
        assert first.images.tobytes() == second.images.tobytes()


def test_no_picture_comes_twice() -> None:
    data = painted("cifar10")
    every = np.concatenate([data.train.images, data.validation.images])
    assert len({hashlib.sha256(image.tobytes()).digest() for image in every}) == len(every)


def test_pictures_of_one_drawing_differ_widely() -> None:
    # The validation dog is a single drawing: all variety comes from pose, colour and scene.
    data = painted("cifar10")
    dogs = data.validation.images[data.validation.labels == 5].astype(float)
    distances = [np.abs(a - b).mean() for a, b in combinations(dogs[:8], 2)]
    assert min(distances) > 15


@pytest.mark.parametrize("image_size", [24, 64, 96])
def test_the_picture_has_the_size_that_was_asked(
    image_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(recipes.RECIPES["hymenoptera"], per_class={"train": 1, "validation": 2})
    monkeypatch.setitem(recipes.RECIPES, "hymenoptera", few)
    data = drawings.load("hymenoptera", image_size)
    assert data.train.images.shape == (2, image_size, image_size, 3)
    assert data.validation.images.shape == (4, image_size, image_size, 3)


@pytest.mark.parametrize("dataset", DATASETS)
def test_validation_shares_no_drawing_and_no_clutter_with_training(dataset: str) -> None:
    names = [recipes.names(recipes.RECIPES[dataset], subset) for subset in SUBSETS]
    outlines = [{outline(name) for name in part} for part in names]
    paths = [set().union(*(long_paths(name) for name in part)) for part in names]
    assert not outlines[0] & outlines[1]
    assert not paths[0] & paths[1]


def outline(name: str) -> str:
    """A drawing without its colours: one that was only painted anew has the same."""
    return re.sub(r'#[0-9a-fA-F]{3,6}|[-\w]+="none"|\s', "", recipes.svg(name))


def long_paths(name: str) -> set[str]:
    """The paths that make a drawing's shape; a common short line is no likeness."""
    return set(re.findall(r'(?<= d=")[^"]{30,}|(?<=points=")[^"]{30,}', recipes.svg(name)))


@pytest.mark.parametrize("dataset", DATASETS)
def test_no_class_figure_serves_as_clutter(dataset: str) -> None:
    recipe = recipes.RECIPES[dataset]
    figures = {name for kind in recipe.kinds for part in kind.drawings.values() for name in part}
    assert figures.isdisjoint({name for part in recipe.clutter.values() for name in part})


def test_every_sketch_is_used() -> None:
    used = {n for r in recipes.RECIPES.values() for s in SUBSETS for n in recipes.names(r, s)}
    assert set(SKETCHES) <= used


def test_the_fingerprint_follows_drawings_recipe_and_generator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = recipes.fingerprint("hymenoptera")
    assert re.fullmatch("[0-9a-f]{64}", before)
    assert before == recipes.fingerprint("hymenoptera") != recipes.fingerprint("cifar10")
    with monkeypatch.context() as patch:
        patch.setattr(recipes, "GENERATOR", recipes.GENERATOR + 1)
        assert recipes.fingerprint("hymenoptera") != before
    with monkeypatch.context() as patch:
        patch.setitem(SKETCHES, "ant-red", SKETCHES["ant-red"].replace("#a3452c", "#a3452d"))
        assert recipes.fingerprint("hymenoptera") != before
    with monkeypatch.context() as patch:
        other = replace(recipes.RECIPES["hymenoptera"], hue=0.1)
        patch.setitem(recipes.RECIPES, "hymenoptera", other)
        assert recipes.fingerprint("hymenoptera") != before


def test_a_missing_drawing_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipes.RECIPES["hymenoptera"]
    clutter = {**recipe.clutter, "train": ("NO-SUCH",)}
    monkeypatch.setitem(recipes.RECIPES, "hymenoptera", replace(recipe, clutter=clutter))
    with pytest.raises(DataError, match=r"NO-SUCH\.svg"):
        drawings.load("hymenoptera", 32)
    with pytest.raises(DataError, match=r"NO-SUCH\.svg"):
        recipes.fingerprint("hymenoptera")


def test_the_credit_names_author_and_licence() -> None:
    assert "OpenMoji" in recipes.CREDIT
    assert "CC BY-SA 4.0" in recipes.CREDIT


def test_a_rasterised_drawing_fills_its_sheet() -> None:
    for name in ("1F6EC", "1F98C", "ant-red", "frog-above"):
        left, top, right, bottom = canvas.rasterise(recipes.svg(name), 100).getchannel(
            "A"
        ).getbbox() or (0, 0, 0, 0)
        assert 95 <= max(right - left, bottom - top) <= 100
        assert abs((left + right) - 100) <= 4
        assert abs((top + bottom) - 100) <= 4


def test_a_posed_drawing_has_the_scale_and_stays_in_reach() -> None:
    disc = canvas.rasterise(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">'
        '<circle cx="36" cy="36" r="30"/></svg>',
        200,
    )
    for seed in range(20):
        rng = np.random.default_rng(seed)
        layer = canvas.pose(rng, disc, 200, scale=0.4, tilt=180, reach=0.1)
        alpha = np.asarray(layer.getchannel("A"), dtype=float) / 255
        rows, columns = np.nonzero(alpha > 0.5)
        assert abs(rows.mean() - 100) <= 0.1 * 200 + 1
        assert abs(columns.mean() - 100) <= 0.1 * 200 + 1
        # The area follows the scale up to the aspect; turns, shears and mirrors keep it.
        assert 0.85 <= alpha.sum() / (np.pi * 40**2) <= 1.15


def test_a_tint_keeps_black_lines_black_and_the_outline() -> None:
    sheet = canvas.rasterise(recipes.svg("1F41C"), 100)
    turned = canvas.tint(np.random.default_rng(1), sheet, hue=1.0)
    before, after = np.asarray(sheet), np.asarray(turned)
    black = (before[..., :3] == 0).all(axis=-1) & (before[..., 3] == 255)
    brown = (before[..., :3] == (0x6A, 0x46, 0x2F)).all(axis=-1) & (before[..., 3] == 255)
    assert (after[black][:, :3] == 0).all()
    assert (after[brown][:, :3] != before[brown][:, :3]).any(axis=-1).all()
    assert (after[..., 3] == before[..., 3]).all()
