from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier

from reportgen.analysis import NotMeasurable
from reportgen.analysis.tsne import tsne


def blobs(samples: int, dimensions: int, distance: float) -> NDArray[np.float32]:
    """Three Gaussian blobs in turn, their centres ``distance`` apart along own axes."""
    rng = np.random.default_rng(0)
    centres = np.eye(3, dimensions) * distance
    return (rng.normal(size=(samples, dimensions)) + centres[np.arange(samples) % 3]).astype(
        np.float32
    )


def test_separate_blobs_stay_separate_and_the_bits_repeat() -> None:
    features = blobs(150, 80, 20.0)
    first = tsne(features, perplexity=10, seed=3)
    assert first.points.shape == (150, 2)
    assert first.components == 50
    assert first.perplexity == 10.0
    assert 0 < first.kl_divergence < 2
    assert 250 < first.iterations <= 1000
    labels = np.arange(150) % 3
    nearest = KNeighborsClassifier(5).fit(first.points[30:], labels[30:])
    assert nearest.score(first.points[:30], labels[:30]) == 1.0
    again = tsne(features, perplexity=10, seed=3)
    assert np.array_equal(first.points, again.points)
    assert first.kl_divergence == again.kl_divergence


def test_noise_embeds_worse_than_blobs() -> None:
    noise, separate = blobs(120, 10, 0.0), blobs(120, 10, 20.0)
    worse = tsne(noise, perplexity=10, seed=0)
    assert worse.components == 10
    assert worse.kl_divergence > tsne(separate, perplexity=10, seed=0).kl_divergence


def test_feature_maps_are_flattened() -> None:
    features = blobs(60, 12, 5.0)
    flat = tsne(features, perplexity=5, seed=0)
    maps = tsne(features.reshape(60, 3, 2, 2), perplexity=5, seed=0)
    assert np.array_equal(flat.points, maps.points)


@pytest.mark.parametrize(
    ("features", "perplexity", "reason"),
    [
        (blobs(90, 4, 1.0), 30, "perplejidad de 30 pide al menos 91 muestras y hay 90"),
        (blobs(60, 1, 1.0), 5, "menos de dos dimensiones"),
        (np.ones((60, 4), np.float32), 5, "igual para todas las muestras"),
    ],
)
def test_what_cannot_be_embedded_says_why(
    features: NDArray[np.float32], perplexity: float, reason: str
) -> None:
    with pytest.raises(NotMeasurable, match=reason):
        tsne(features, perplexity=perplexity, seed=0)
