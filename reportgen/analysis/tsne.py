"""Pictures of high-dimensional activations in the plane, by t-SNE."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from reportgen.analysis import NotMeasurable
from reportgen.spanish import decimal, integer

COMPONENTS = 50


class Embedding(NamedTuple):
    """Points in the plane and how they were found.

    Attributes:
        points: coordinates (N, 2), float32; only their mutual distances mean anything.
        perplexity: effective number of neighbours that was asked for.
        kl_divergence: what t-SNE minimises, in nats; comparable only at equal N and perplexity.
        iterations: gradient steps taken.
        components: dimensions that t-SNE saw (after PCA).
    """

    points: NDArray[np.float32]
    perplexity: float
    kl_divergence: float
    iterations: int
    components: int


def tsne(
    features: NDArray[np.floating], *, perplexity: float, seed: int, threads: int = 1
) -> Embedding:
    """Embeds samples in the plane by Barnes-Hut t-SNE (van der Maaten, JMLR 15, 2014).

    Over 50 dimensions PCA comes first, as in van der Maaten and Hinton (JMLR 9, 2008); the plane
    starts from the first two principal components, which keeps the global arrangement (Kobak and
    Berens, Nature Communications 10:5416, 2019). The learning rate is N / 48 (Belkina et al.,
    Nature Communications 10:5415, 2019).

    The same bits come out for the same features, seed and thread count; another thread count
    moves the points by rounding alone, to another picture of equal quality.

    Args:
        features: activations (N, D); further axes (images, channels) are flattened.
        perplexity: effective number of neighbours.
        seed: of the PCA for large D, which draws random directions.
        threads: of BLAS and OpenMP.

    Raises:
        NotMeasurable: fewer than 3 × perplexity neighbours (van der Maaten's own limit), fewer
            than two dimensions, or samples that are all the same.
    """
    samples = len(features)
    flat = np.ascontiguousarray(features, np.float32).reshape(samples, -1)
    _check(flat, perplexity)
    with threadpool_limits(threads):
        if flat.shape[1] > COMPONENTS:
            reduction = PCA(min(COMPONENTS, samples), random_state=seed)
            flat = reduction.fit_transform(flat)
        method = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=threads)
        points = method.fit_transform(flat)
    return Embedding(
        points=points,
        perplexity=float(perplexity),
        kl_divergence=float(method.kl_divergence_),
        iterations=int(method.n_iter_) + 1,
        components=flat.shape[1],
    )


def _check(flat: NDArray[np.float32], perplexity: float) -> None:
    samples, dimensions = flat.shape
    if samples - 1 < 3 * perplexity:
        raise NotMeasurable(
            f"una perplejidad de {decimal(perplexity, 0)} pide al menos "
            f"{integer(int(np.ceil(3 * perplexity)) + 1)} muestras y hay {integer(samples)}"
        )
    if dimensions < 2:
        raise NotMeasurable("la representación tiene menos de dos dimensiones")
    if not np.any(flat != flat[0]):
        raise NotMeasurable("la representación es igual para todas las muestras")
