"""t-SNE of two layers, side by side in processes, against scikit-learn's one after the other."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from reportgen.lab.machine import MALLOC
from tests.benchmarks.harness import Benchmark, Numbers, Side, Stopwatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HERE = __name__
_PERPLEXITY = 30.0


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    size = {"samples": 10_000 if full else 2_500}
    return [
        Benchmark(
            "tsne",
            f"t-SNE of two layers, {size['samples']:,} samples each",
            Side("side by side", f"{_HERE}:ours", size, MALLOC),
            [Side("scikit-learn, one after the other", f"{_HERE}:theirs", size)],
            goal=1.4,
            rounds=2,
        )
    ]


def ours(samples: int) -> Numbers:
    """Two processes with one thread each, as the product's workers."""
    layers = [_layer(samples, seed) for seed in (0, 1)]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(_warm, range(2)))  # the product's workers have their imports by then
        watch = Stopwatch()
        found = list(pool.map(_embed, layers))
        read = watch.read()
    divergence = sum(one[1] for one in found) / 2
    trusted = sum(_trust(layer, one[0]) for layer, one in zip(layers, found, strict=True)) / 2
    return {"value": read["value"], "KL": divergence, "trustworthiness": trusted}


def theirs(samples: int) -> Numbers:
    """PCA to 50 dimensions and TSNE with all cores, as its guide says."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    layers = [_layer(samples, seed) for seed in (0, 1)]
    watch = Stopwatch()
    found = []
    for layer in layers:
        method = TSNE(perplexity=_PERPLEXITY, random_state=0, n_jobs=-1)
        points = method.fit_transform(PCA(50, random_state=0).fit_transform(layer))
        found.append((points, float(method.kl_divergence_)))
    read = watch.read()
    divergence = sum(one[1] for one in found) / 2
    trusted = sum(_trust(layer, one[0]) for layer, one in zip(layers, found, strict=True)) / 2
    return {"value": read["value"], "KL": divergence, "trustworthiness": trusted}


def _layer(samples: int, seed: int) -> NDArray[np.float32]:
    """Digits behind a random layer of 256 units: classes that hang together, as in a network."""
    import numpy as np

    from tests.benchmarks.images import stored

    images = np.asarray(stored("mnist", 28).train.images[:samples]).reshape(samples, -1) / 255
    weights = np.random.default_rng(seed).normal(size=(images.shape[1], 256)) / 28
    layer: NDArray[np.float32] = np.maximum(images @ weights, 0).astype(np.float32)
    return layer


def _warm(_: int) -> None:
    import reportgen.learning.tsne  # noqa: F401


def _embed(layer: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    import torch

    from reportgen.learning.tsne import tsne

    return tsne(layer, _PERPLEXITY, 0, torch.device("cpu"))


def _trust(layer: NDArray[np.float32], points: NDArray[np.float32]) -> float:
    """The mean of several parts of the samples: one of them is uncertain by 0.002."""
    from reportgen.analysis.clusters import trustworthiness

    return sum(trustworthiness(layer, points, seed=seed) for seed in range(4)) / 4
