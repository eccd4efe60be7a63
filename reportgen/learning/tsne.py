"""Pictures of high-dimensional activations in the plane, by t-SNE on any device.

The gradient is exact, over all pairs. At the sizes of a validation set that is as fast as an
approximation, because a product of small matrices does it: of 10,000 samples on one core, as long
an iteration as scikit-learn's Barnes-Hut takes, and of 2,000 a fifth. On an accelerator the same
products take milliseconds.
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
# Exaggeration, momentum and iterations of each. Without the middle one, points that just begin to
# part are thrown about: divergence as low, trustworthiness of 10,000 digits lower by 0.002.
STAGES = ((12.0, 0.5, 150), (1.0, 0.5, 100), (1.0, 0.8, 400))
LONGEST_STEP = 5.0
SIDES = {"cpu": 400}  # of a tile that stays in a core's cache


class Pairs(NamedTuple):
    """Neighbours, each pair once: two rows of indices (E,) and their joint probability (E,).

    Both orders of all pairs together have the probability 1.
    """

    one: Tensor
    other: Tensor
    probability: Tensor


def check(features: NDArray[np.floating], perplexity: float) -> None:
    """Whether t-SNE of these features (N, …) means anything.

    Raises:
        NotMeasurable: fewer than 3 × perplexity neighbours (van der Maaten's own limit), fewer
            than two dimensions, or samples that are all the same.
    """
    samples = len(features)
    if samples - 1 < 3 * perplexity:
        raise NotMeasurable(
            f"una perplejidad de {decimal(perplexity, 0)} pide al menos "
            f"{integer(int(np.ceil(3 * perplexity)) + 1)} muestras y hay {integer(samples)}"
        )
    if features[0].size < 2:
        raise NotMeasurable("la representación tiene menos de dos dimensiones")
    if not np.any(features != features[0]):
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
    N / exaggeration (Belkina et al., Nature Communications 10:5415, 2019), a step at most 5 long
    (Poličar et al., Journal of Statistical Software 109:3, 2024).

    Args:
        features: activations (N, D); further axes (images, channels) are flattened.
        perplexity: effective number of neighbours.
        seed: of the PCA for large D, which draws random directions.
        device: where the gradients are computed.
    """
    flat = np.asarray(features, np.float32).reshape(len(features), -1)
    if flat.shape[1] > COMPONENTS:
        flat = PCA(min(COMPONENTS, len(flat)), random_state=seed).fit_transform(flat)
    start = PCA(2, random_state=seed).fit_transform(flat)
    points = torch.from_numpy((start / start[:, 0].std() * 1e-4).T).float().to(device)
    pairs = neighbours(flat, perplexity, device)
    for stage in STAGES:
        points = descend(points, pairs, *stage)
    return points.T.cpu().numpy(), divergence(points, pairs)


def neighbours(flat: NDArray[np.floating], perplexity: float, device: torch.device) -> Pairs:
    """The 3 × perplexity nearest neighbours of each sample (N, D), and who has it among theirs."""
    samples = len(flat)
    count = min(samples - 1, int(3 * perplexity) + 1)
    distances, found = NearestNeighbors(n_neighbors=count).fit(flat).kneighbors()
    places = np.arange(samples).repeat(count), found.ravel()
    values = conditional(distances**2, perplexity).ravel()
    directed = sparse.coo_array((values, places), (samples, samples))
    joint = sparse.triu((directed + directed.T) / (2 * samples), k=1)
    parts = joint.row, joint.col, joint.data.astype(np.float32)
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
        flat = entropy > np.log(perplexity)
        low, high = np.where(flat, precision, low), np.where(flat, high, precision)
        precision = np.where(np.isinf(high), 2 * low, (low + high) / 2)
    found: NDArray[np.float64] = weights / total
    return found


def descend(
    points: Tensor, pairs: Pairs, exaggeration: float, momentum: float, iterations: int
) -> Tensor:
    """Gradient descent (2, N) with momentum and a gain for each coordinate, from rest."""
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
    """The force (2, N) between neighbours."""
    across, down = between(points, pairs)
    weights = pairs.probability * similarity(across, down)
    force = torch.zeros_like(points)
    for one, distances in zip(force, (across, down), strict=True):
        distances *= weights
        one.index_add_(0, pairs.one, distances)
        one -= torch.zeros_like(one).index_add_(0, pairs.other, distances)
    return force


def between(points: Tensor, pairs: Pairs) -> list[Tensor]:
    """How far the pairs lie apart along each axis, (E,) twice."""
    return [axis.index_select(0, pairs.one) - axis.index_select(0, pairs.other) for axis in points]


def similarity(across: Tensor, down: Tensor) -> Tensor:
    """The Cauchy kernel of t-SNE, not normalised."""
    return (1 + across.square()).addcmul_(down, down).reciprocal_()


def repulsion(points: Tensor) -> tuple[Tensor, Tensor]:
    """The force (2, N) between all pairs, still to be divided by their similarities' sum ().

    Tile by tile: each serves both of its sides. An accelerator gets few and large ones.
    """
    side = SIDES.get(points.device.type, 4096)
    squares = points.square().sum(0, keepdim=True)
    one = torch.ones_like(squares)
    left, right = torch.cat([-2 * points, 1 + squares, one]), torch.cat([points, one, squares])
    tile = points.new_empty(side * side)
    sums, total = torch.zeros_like(right), points.new_zeros(())
    for top in range(0, points.shape[1], side):
        for start in range(top, points.shape[1], side):
            rows, columns = right[:, top : top + side], right[:, start : start + side]
            shape = rows.shape[1], columns.shape[1]
            near = tile[: shape[0] * shape[1]].view(shape)
            torch.mm(left[:, top : top + side].T, columns, out=near).reciprocal_()
            if start == top:
                near.fill_diagonal_(0)
            total += near.sum() * (1 if start == top else 2)
            near.square_()
            sums[:, start : start + side].addmm_(rows, near)
            if start > top:
                sums[:, top : top + side].addmm_(columns, near.T)
    return points * sums[2] - sums[:2], total


def divergence(points: Tensor, pairs: Pairs) -> float:
    """Of the plane's similarities (points (2, N)) from the probabilities, in nats."""
    near = similarity(*between(points, pairs))
    _, total = repulsion(points)
    wanted = pairs.probability
    return float(2 * (wanted * (wanted * total / near).log()).sum())
