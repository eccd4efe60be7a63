from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.figures.drawing import Drawing
from reportgen.figures.gallery import misplaced, mistakes
from reportgen.figures.thumbnails import non_overlapping, thumbnails

Texts = Callable[[Drawing], list[str]]
Photos = Callable[[int, int, int], NDArray[np.uint8]]
SPACE = "\u00a0"


def test_each_mistake_has_both_classes_and_its_confidence(texts: Texts, photos: Photos) -> None:
    drawing = mistakes(photos(2, 28, 1), ["4", "7"], ["9", "1"], [0.91, 0.9876])
    assert texts(drawing) == ["4 → 9", f"91,00{SPACE}%", "7 → 1", f"98,76{SPACE}%"]
    assert drawing.alt == (
        "Galería de 2 errores de clasificación, de 2 confusiones distintas; "
        f"el de mayor confianza es 7→1, con 98,76{SPACE}%."
    )


def test_a_gallery_says_whose_mistakes_it_shows(texts: Texts, photos: Photos) -> None:
    drawing = mistakes(photos(1, 28, 1), ["4"], ["9"], [0.91], "Desde cero")
    assert texts(drawing)[0] == "Desde cero"
    assert drawing.alt.startswith(
        "Desde cero: galería de 1 error de clasificación, de 1 confusión;"
    )


def test_every_image_is_there(pictures: Callable[[Drawing], list[str]], photos: Photos) -> None:
    drawing = mistakes(photos(13, 32, 3), ["a"] * 13, ["b"] * 13, [0.5] * 13)
    assert len(pictures(drawing)) == 13


def test_photographs_take_no_more_pixels_than_print_needs(photos: Photos) -> None:
    large, printed = (misplaced(photos(1, side, 3), ["a"], 1) for side in (800, 190))
    assert len(large.svg) < 1.2 * len(printed.svg)


def test_misplaced_counts_classes(texts: Texts, photos: Photos) -> None:
    drawing = misplaced(photos(3, 28, 3), ["hormiga", "abeja", "hormiga"], 3)
    assert drawing.alt == (
        "Miniaturas de 3 muestras en el lado equivocado: 1 de abeja y 2 de hormiga."
    )
    assert texts(drawing) == ["hormiga", "abeja", "hormiga"]


def test_a_part_of_the_misplaced_says_of_how_many(texts: Texts, photos: Photos) -> None:
    drawing = misplaced(photos(2, 28, 3), ["abeja", "abeja"], 1070, "Ajuste fino")
    assert drawing.alt == (
        "Ajuste fino: miniaturas de 2 de las 1070 muestras en el lado equivocado, "
        "las más alejadas: 2 de abeja."
    )
    assert texts(drawing) == ["Ajuste fino: 2 de 1070", "abeja", "abeja"]


def test_empty_and_unequal_galleries_are_refused(photos: Photos) -> None:
    with pytest.raises(ValueError, match="needs images"):
        mistakes(photos(0, 28, 1), [], [], [])
    with pytest.raises(ValueError, match="3 images with 2 captions"):
        misplaced(photos(3, 28, 1), ["a", "b"], 3)
    with pytest.raises(ValueError, match="uint8"):
        misplaced(photos(1, 28, 1).astype(np.float32), ["a"], 1)


def test_thumbnails_never_cover_one_another_and_none_more_would_fit() -> None:
    positions = np.random.default_rng(0).uniform(0, 50, (400, 2))
    chosen = non_overlapping(positions, 6.0)
    gaps = np.abs(positions[:, None] - positions[chosen][None]).max(axis=2)
    assert len(chosen) == len(set(chosen))
    assert ((gaps[chosen] >= 6) | np.eye(len(chosen), dtype=bool)).all()
    assert (gaps.min(axis=1) < 6).all()


def test_thumbnails_state_how_many_are_shown(texts: Texts, photos: Photos) -> None:
    points = np.array([[0.0, 0], [0.01, 0], [50, 50]])
    drawing = thumbnails(points, photos(3, 28, 1), np.array([0, 0, 1]), ["a", "b"])
    assert drawing.alt == "Proyección t-SNE con 2 miniaturas de 3 muestras de 2 clases."
    assert texts(drawing) == ["a", "b"]


def test_thumbnails_of_another_number_are_refused(photos: Photos) -> None:
    with pytest.raises(ValueError, match="3 points, 2 images"):
        thumbnails(np.zeros((3, 2)), photos(2, 28, 1), np.zeros(3, int), ["a"])
