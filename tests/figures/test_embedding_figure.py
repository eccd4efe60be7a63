from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.figures.drawing import Drawing
from reportgen.figures.embedding import Panel, embedding, embeddings

Texts = Callable[[Drawing], list[str]]
Cloud = Callable[[int, int], tuple[NDArray[np.float64], NDArray[np.int64]]]
DIGITS = [str(n) for n in range(10)]


def test_centroids_and_legend_name_each_class_once(texts: Texts, cloud: Cloud) -> None:
    found = texts(embedding(*cloud(200, 10), DIGITS))
    assert all(found.count(name) == 2 for name in DIGITS)


def test_class_without_points_has_a_legend_entry_only(texts: Texts, cloud: Cloud) -> None:
    points, labels = cloud(100, 3)
    found = texts(embedding(points, labels, ["a", "b", "c", "d"]))
    assert [found.count(name) for name in "abcd"] == [2, 2, 2, 1]


def test_ten_thousand_points_are_one_small_picture(
    pictures: Callable[[Drawing], list[str]],
) -> None:
    # The worst case: classes wholly mixed.
    points = np.random.default_rng(0).normal(size=(10_000, 2))
    drawing = embedding(points, np.arange(10_000) % 10, DIGITS)
    assert pictures(drawing) == ["png"]
    assert len(drawing.svg) < 400_000


def test_few_points_stay_vectors(pictures: Callable[[Drawing], list[str]], cloud: Cloud) -> None:
    assert pictures(embedding(*cloud(150, 10), DIGITS)) == []


def test_alt_names_the_closest_centroids() -> None:
    points = np.array([[0, 0], [10, 0], [10, 1], [-30, 5]])
    alt = embedding(points, np.arange(4), ["pez", "perro", "gato", "búho"]).alt
    assert alt == (
        "Proyección t-SNE de 4 muestras de 4 clases; "
        "los centroides más próximos son los de perro y gato."
    )


def test_one_legend_for_shared_classes_and_one_each_for_others(texts: Texts, cloud: Cloud) -> None:
    points, labels = cloud(40, 2)
    same = [Panel(points, labels, ["a", "b"], title) for title in ("Una", "Otra")]
    other = Panel(points, labels, ["x", "y"], "otra")
    assert texts(embeddings(same)).count("a") == 3
    mixed = texts(embeddings([same[0], other]))
    assert mixed.count("a") == 2
    assert "Otra" in mixed, "a title begins with a capital"
    assert mixed.count("x") == 2


def separated(misplaced: list[int]) -> Panel:
    # Class 1 right of the vertical line x = 2, but for the points named.
    points = np.array([[0.0, 0], [1, 3], [5, 1], [4, 4], [1.5, 2]])
    line = {"weights": [2.0, 0.0], "bias": -4.0, "misplaced": misplaced}
    return Panel(points, np.array([0, 0, 1, 1, 1]), ["hormiga", "abeja"], "", line)


def test_misplaced_points_are_counted_on_the_picture_and_in_the_alt(texts: Texts) -> None:
    drawing = embeddings([separated([4])])
    assert "lado equivocado: 1 de 5" in texts(drawing)
    assert drawing.alt.endswith("la frontera lineal deja 1 (20,00\u00a0%) en el lado equivocado.")
    assert "frontera lineal" in texts(drawing)


def test_a_line_that_everything_lies_on_one_side_of_says_so(texts: Texts) -> None:
    drawing = embeddings([separated([0, 1])])
    assert "todo al mismo lado; 2 de 5 mal" in texts(drawing)
    assert drawing.alt.endswith("deja todo al mismo lado, 2 (40,00\u00a0%) en el lado equivocado.")
    for some in ([], [0], [1, 4], [0, 1, 4]):
        assert f"lado equivocado: {len(some)} de 5" in texts(embeddings([separated(some)]))


def test_line_is_drawn_where_its_equation_says() -> None:
    """Two mirrored clouds: the line between them stands in the middle of the panel."""
    points = np.array([[-3.0, -2], [-3, 2], [3, -2], [3, 2]])
    line = {"weights": [1.0, 0.0], "bias": 0.0, "misplaced": []}
    drawing = embedding(points, np.array([0, 0, 1, 1]), ["a", "b"], line)
    middle = f"{drawing.width / 2 / 25.4 * 72:.3f}"[:5].encode()
    paths = [path for path in drawing.svg.split(b"<path d=") if b"stroke: #1a1a1a" in path]
    assert any(path.count(middle) >= 2 for path in paths)


@pytest.mark.parametrize("points", [np.zeros((0, 2)), np.zeros((4, 3)), np.full((4, 2), np.nan)])
def test_unusable_points_are_refused(points: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="finite points"):
        embedding(points, np.zeros(len(points), int), ["a"])


def test_no_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a panel"):
        embeddings([])
