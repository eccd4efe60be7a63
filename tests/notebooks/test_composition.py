"""What a notebook repeats of how its report was measured."""

from __future__ import annotations

import pytest

from reportgen.notebooks.composition import whole

CPU, HALVES, CUDA = ["cpu", "float32"], ["cpu", "bfloat16"], ["cuda", "float32"]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([CPU], ["cpu"]),
        ([HALVES], []),
        ([CPU, HALVES], []),
        ([CUDA, CPU, CPU], ["cpu", "cuda"]),
        ([CUDA, HALVES], ["cuda"]),
        ([], []),
    ],
)
def test_a_device_stays_whole_where_it_computed_in_float32_alone(
    places: list[list[str]], expected: list[str]
) -> None:
    assert whole(places) == expected
