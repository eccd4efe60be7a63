"""Pictures of high-dimensional activations in the plane, by t-SNE, on the CPU or on CUDA.

The gradient is exact, over all pairs: products of small matrices, which a processor does so fast
that an iteration takes no longer than scikit-learn's Barnes-Hut up to 10,000 samples (65 against
70 ms on one core; of 2,500, 6 against 11), and the larger steps of openTSNE make do with 650
iterations in place of 1,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits
from torch import Tensor

from reportgen.analysis import NotMeasurable
from reportgen.spanish import decimal, integer

COMPONENTS = 50
STAGES = (  # exaggeration, momentum, iterations
    (12.0, 0.5, 150),
    # Without this one, points that just begin to part are thrown about: the divergence is as low,
    # the trustworthiness of 10,000 digits lower by 0.002.
    (1.0, 0.5, 100),
    (1.0, 0.8, 400),
)
LONGEST_STEP = 5.0


class Pairs(NamedTuple):
    """Neighbours, each pair once: two rows of indices (E,) and their joint probability (E,).

    Both orders of all pairs together have the probability 1.
    """

    first: Tensor
    second: Tensor
    probability: Tensor


def check(features: NDArray[np.floating], perplexity: float) -> None:
    """Whether t-SNE of these features (N, …) means anything.

    Raises:
        NotMeasurable: fewer than 3 × perplexity neighbours (van der Maaten's own limit), fewer
            than two dimensions, values that aren't finite, or samples that are all the same.
    """
    samples = len(features)
    if samples - 1 < 3 * perplexity:
        raise NotMeasurable(
            f"una perplejidad de {decimal(perplexity, 0)} pide al menos "
            f"{integer(int(np.ceil(3 * perplexity)) + 1)} muestras y hay {integer(samples)}"
        )
    if features[0].size < 2:
        raise NotMeasurable("la representación tiene menos de dos dimensiones")
    if not np.isfinite(np.sum(features, dtype=np.float64)):
        raise NotMeasurable("la representación contiene valores que no son finitos")
    if all(np.array_equal(sample, features[0]) for sample in features):
        raise NotMeasurable("la representación es igual para todas las muestras")


@contextmanager
def one_thread() -> Iterator[None]:
    """Another number of threads would move the points by rounding, to another picture."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def tsne(
    features: NDArray[np.floating], perplexity: float, seed: int, device: torch.device
) -> tuple[NDArray[np.float32], float]:
    """Points in the plane (N, 2), and the Kullback-Leibler divergence that they reach, in nats.

    Exact t-SNE (van der Maaten and Hinton, JMLR 9, 2008); over 50 dimensions PCA comes first, as
    there. The plane starts from the first two principal components, which keeps the global
    arrangement (Kobak and Berens, Nature Communications 10:5416, 2019). The learning rate is
    N / exaggeration, at first that of Belkina et al. (Nature Communications 10:5415, 2019), and a
    step at most 5 long, as in openTSNE (Poličar et al., Journal of Statistical Software 109:3,
    2024).

    Args:
        features: activations (N, D); further axes (images, channels) are flattened.
        perplexity: effective number of neighbours.
        seed: of the PCA for large D, which draws random directions.
        device: where the gradients are computed. MPS doesn't repeat its additions bit by bit, so
            that the CPU stands in for it.
    """
    device = device if device.type == "cuda" else torch.device("cpu")
    flat = np.asarray(features, np.float32).reshape(len(features), -1)
    if flat.shape[1] > COMPONENTS:
        flat = PCA(min(COMPONENTS, len(flat)), random_state=seed).fit_transform(flat)
    start = PCA(2, random_state=seed).fit_transform(flat).T.astype(np.float64, order="C")
    points = torch.from_numpy(start / start[0].std() * 1e-4).float().to(device)
    pairs = neighbours(flat, perplexity, device)
    for stage in STAGES:
        points = descend(points, pairs, *stage)
    return points.T.contiguous().cpu().numpy(), divergence(points, pairs)


def neighbours(flat: NDArray[np.floating], perplexity: float, device: torch.device) -> Pairs:
    """The nearest neighbours of each sample (N, D), some 3 × perplexity, and whose it is."""
    samples = len(flat)
    count = min(samples - 1, int(3 * perplexity) + 1)
    distances, found = NearestNeighbors(n_neighbors=count).fit(flat).kneighbors()
    places = np.arange(samples).repeat(count), found.ravel()
    values = conditional(distances**2, perplexity).ravel()
    directed = sparse.coo_array((values, places), (samples, samples))
    joint = sparse.triu((directed + directed.T) / (2 * samples), k=1)
    kept = joint.data > np.finfo(np.float32).tiny  # a smaller one would be 0, its logarithm not
    parts = joint.row[kept], joint.col[kept], joint.data[kept].astype(np.float32)
    return Pairs(*(torch.from_numpy(part).to(device) for part in parts))


def conditional(squares: NDArray[np.floating], perplexity: float) -> NDArray[np.float64]:
    """Probabilities (N, K) of neighbours at these squared distances, of the wanted perplexity.

    Each row's Gaussian gets its width by bisection of the precision.
    """
    near = squares - squares.min(1, keepdims=True)
    low, high = np.zeros((len(near), 1)), np.full((len(near), 1), np.inf)
    precision = 1 / np.maximum(near.mean(1, keepdims=True), 1e-30)  # many copies of one sample
    for _ in range(64):
        weights = np.exp(-precision * near)
        total = weights.sum(1, keepdims=True)
        entropy = np.log(total) + precision * (near * weights).sum(1, keepdims=True) / total
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
        precision = np.where(np.isinf(high), 2 * low, (low + high) / 2)
    found: NDArray[np.float64] = weights / total
    return found


def descend(
    points: Tensor, pairs: Pairs, exaggeration: float, momentum: float, iterations: int
) -> Tensor:
    """Gradient descent (2, N) with momentum and a gain for each coordinate, from rest.

    The gradient lacks its factor 4, for which the learning rates of the literature are made.
    """
    rate = points.shape[1] / exaggeration
    velocity, gains = torch.zeros_like(points), torch.ones_like(points)
    for _ in range(iterations):
        repelled, total = repulsion(points)
        gradient = exaggeration * attraction(points, pairs) - repelled / total
        onward = gradient * velocity < 0
        gains = torch.where(onward, gains + 0.2, gains * 0.8).clamp(min=0.01)
        velocity = momentum * velocity - rate * gains * gradient
        velocity *= LONGEST_STEP / velocity.norm(dim=0).clamp(min=LONGEST_STEP)
        points = points + velocity
        points -= points.mean(1, keepdim=True)
    return points


def attraction(points: Tensor, pairs: Pairs) -> Tensor:
    """The gradient's part (2, N) that draws neighbours together."""
    apart = between(points, pairs)
    weights = pairs.probability * similarity(*apart)
    part = torch.zeros_like(points)
    for axis, distances in zip(part, apart, strict=True):
        drawn = distances * weights
        axis.index_add_(0, pairs.first, drawn)
        axis -= torch.zeros_like(axis).index_add_(0, pairs.second, drawn)
    return part


def between(points: Tensor, pairs: Pairs) -> list[Tensor]:
    """How far the pairs lie apart along each axis, (E,) twice."""
    return [
        axis.index_select(0, pairs.first) - axis.index_select(0, pairs.second) for axis in points
    ]


def similarity(across: Tensor, down: Tensor) -> Tensor:
    """The Cauchy kernel of t-SNE, not normalised."""
    return (1 + across.square()).addcmul_(down, down).reciprocal_()


def repulsion(points: Tensor) -> tuple[Tensor, Tensor]:
    """What drives all pairs apart (2, N), still to be divided by their similarities' sum ()."""
    # The third row sums the weights up; products of four rows are faster than of three.
    rows = torch.cat([points, torch.ones_like(points)])
    sums, total = torch.zeros_like(rows), points.new_zeros(())
    for one, other, near in tiles(points):
        total += near.sum() * (1 if one == other else 2)
        near.square_()
        sums[:, other].addmm_(rows[:, one], near)
        if one != other:
            sums[:, one].addmm_(rows[:, other], near.T)
    return points * sums[2] - sums[:2], total


def tiles(points: Tensor) -> Iterator[tuple[slice, slice, Tensor]]:
    """The similarities of all pairs, one tile after the other in the same memory.

    A tile is of some points and some later ones, and stands for both orders. On a CPU it stays in
    the core's cache; an accelerator gets few and large ones.
    """
    samples = points.shape[1]
    side = min(samples, 400 if points.device.type == "cpu" else 4096)
    squares = points.square().sum(0, keepdim=True)
    ones = torch.ones_like(squares)
    left, right = torch.cat([-2 * points, 1 + squares, ones]), torch.cat([points, ones, squares])
    memory = points.new_empty(side * side)
    parts = [slice(start, min(start + side, samples)) for start in range(0, samples, side)]
    for number, one in enumerate(parts):
        for other in parts[number:]:
            shape = one.stop - one.start, other.stop - other.start
            near = memory[: shape[0] * shape[1]].view(shape)
            torch.mm(left[:, one].T, right[:, other], out=near).reciprocal_()
            if one == other:
                near.fill_diagonal_(0)
            yield one, other, near


def divergence(points: Tensor, pairs: Pairs) -> float:
    """Of the plane's similarities (points (2, N)) from the probabilities, in nats."""
    near = similarity(*between(points, pairs))
    _, total = repulsion(points)
    wanted = pairs.probability
    return float(2 * (wanted * (wanted * total / near).log()).sum())
