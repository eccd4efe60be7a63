from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.figures.attention import attention
from reportgen.figures.drawing import Drawing
from reportgen.figures.gallery import mistakes

Photos = Callable[[int, int, int], NDArray[np.uint8]]
SPACE = "\u00a0"


def half(count: int) -> NDArray[np.float32]:
    """Maps whose left half speaks for the class."""
    maps = np.zeros((count, 16, 16), np.float32)
    maps[:, :, :8] = 1
    return maps


def test_each_mistake_stands_above_its_map(
    pictures: Callable[[Drawing], list[str]],
    texts: Callable[[Drawing], list[str]],
    photos: Photos,
) -> None:
    drawing = attention(photos(2, 16, 3), half(2), ["a", "b"], ["b", "a"], [0.9, 0.8])
    assert len(pictures(drawing)) == 4
    assert texts(drawing) == ["a → b", f"90,00{SPACE}%", "b → a", f"80,00{SPACE}%"]
    assert drawing.alt.startswith("2 errores de clasificación")
    assert f"ocupa de media el 50,00{SPACE}%" in drawing.alt
    assert "nada habla" not in drawing.alt


def test_maps_without_captions_take_no_room_for_them(photos: Photos) -> None:
    with_maps = attention(photos(6, 16, 1), half(6), ["a"] * 6, ["b"] * 6, [0.9] * 6)
    captioned = mistakes(photos(12, 16, 1), ["a"] * 12, ["b"] * 12, [0.9] * 12)
    assert with_maps.height < captioned.height
    assert with_maps.width == captioned.width


def test_a_map_of_nothing_is_told(photos: Photos) -> None:
    maps = half(2)
    maps[1] = 0
    drawing = attention(photos(2, 16, 1), maps, ["a"] * 2, ["b"] * 2, [0.9] * 2)
    assert f"ocupa de media el 25,00{SPACE}%" in drawing.alt
    assert drawing.alt.endswith("En 1 imagen nada habla a favor de esa clase.")


def test_the_map_colours_its_image(photos: Photos) -> None:
    drawing = attention(photos(1, 16, 1), half(1), ["a"], ["b"], [0.9])
    other = attention(photos(1, 16, 1), half(1)[:, :, ::-1], ["a"], ["b"], [0.9])
    assert drawing.svg != other.svg


def test_maps_must_fit(photos: Photos) -> None:
    with pytest.raises(ValueError, match="maps of shape"):
        attention(photos(2, 16, 1), half(1), ["a"] * 2, ["b"] * 2, [0.9] * 2)
