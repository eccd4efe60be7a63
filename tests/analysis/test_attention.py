from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.analysis import NotMeasurable
from reportgen.analysis.attention import half_area


def test_even_attention_has_its_half_in_half_of_the_image_and_a_point_in_a_pixel() -> None:
    point = np.zeros((10, 10))
    point[3, 4] = 1
    assert half_area(np.ones((2, 10, 10))) == pytest.approx(0.5)
    assert half_area(point[None]) == pytest.approx(0.01)
    assert half_area(np.stack([point, np.ones((10, 10)), np.zeros((10, 10))])) == pytest.approx(
        (0.01 + 0.5) / 2
    )


@pytest.mark.parametrize("maps", [np.zeros((0, 0, 0)), np.zeros((1, 4, 4))])
def test_no_attention_has_a_reason(maps: NDArray[np.float64]) -> None:
    with pytest.raises(NotMeasurable):
        half_area(maps)
