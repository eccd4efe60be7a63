"""t-SNE against scikit-learn's, against autograd, and what it promises about its bits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn import manifold
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from reportgen.analysis import NotMeasurable
from reportgen.analysis.clusters import trustworthiness
from reportgen.learning import tsne as module
from reportgen.learning.tsne import Pairs, check, conditional, descend, divergence, neighbours, tsne

CPU = torch.device("cpu")


def blobs(samples: int, dimensions: int, distance: float) -> NDArray[np.float32]:
    """Three Gaussian blobs in turn, their centres ``distance`` apart along own axes."""
    rng = np.random.default_rng(0)
    centres = np.eye(3, dimensions) * distance
    return (rng.normal(size=(samples, dimensions)) + centres[np.arange(samples) % 3]).astype(
        np.float32
    )


def test_separate_blobs_stay_separate_and_the_bits_repeat() -> None:
    features = blobs(150, 80, 20.0)
    points, reached = tsne(features, 10, 3, CPU)
    assert points.shape == (150, 2)
    assert points.dtype == np.float32
    assert 0 < reached < 2
    labels = np.arange(150) % 3
    nearest = KNeighborsClassifier(5).fit(points[30:], labels[30:])
    assert nearest.score(points[:30], labels[:30]) == 1.0
    again, same = tsne(features, 10, 3, CPU)
    assert np.array_equal(points, again)
    assert reached == same


def test_the_number_of_threads_moves_nothing_and_stays() -> None:
    features = blobs(900, 60, 4.0)  # several tiles, and sums long enough to be shared out
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone, _ = tsne(features, 10, 0, CPU)
        torch.set_num_threads(2)
        together, _ = tsne(features, 10, 0, CPU)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(alone, together)


def test_the_cpu_stands_in_for_mps() -> None:
    features = blobs(60, 12, 5.0)
    here, there = (tsne(features, 5, 0, torch.device(name)) for name in ("cpu", "mps"))
    assert np.array_equal(here[0], there[0])


def test_it_is_as_good_as_scikit_learns() -> None:
    digits = load_digits().data[:900]
    features = PCA(50, random_state=0).fit_transform(digits).astype(np.float32)
    points, reached = tsne(features, 30, 0, CPU)
    method = manifold.TSNE(perplexity=30, init="pca", random_state=0, n_jobs=1)
    theirs = method.fit_transform(features)
    # In their own words the divergence is approximate: the same words for both.
    pairs = neighbours(features, 30, CPU)
    their_divergence = divergence(torch.from_numpy(theirs.T.copy()), pairs)
    assert their_divergence == pytest.approx(method.kl_divergence_, abs=0.01)
    assert reached <= their_divergence + 0.02
    ours = trustworthiness(features, points, seed=0)
    assert ours >= trustworthiness(features, theirs, seed=0) - 0.003


def test_the_forces_are_the_gradient_of_the_divergence() -> None:
    features = blobs(450, 5, 2.0)  # a tile and a smaller one
    pairs = neighbours(features, 10, CPU)
    points = torch.randn(2, 450, generator=torch.Generator().manual_seed(0)) * 3
    repelled, total = module.repulsion(points)
    forces = 4 * (module.attraction(points, pairs) - repelled / total)

    exact = points.double().requires_grad_()
    squares = (exact[:, :, None] - exact[:, None, :]).square().sum(0)
    near = 1 / (1 + squares) - torch.eye(450)
    wanted = pairs.probability.double()
    met = near[pairs.first.long(), pairs.second.long()]
    loss = 2 * (wanted * (wanted * near.sum() / met).log()).sum()
    (gradient,) = torch.autograd.grad(loss, exact)
    assert torch.allclose(forces.double(), gradient, atol=1e-7, rtol=1e-4)
    assert divergence(points, pairs) == pytest.approx(loss.item(), rel=1e-5)


def test_a_step_is_never_longer_than_five() -> None:
    far = torch.tensor([[-4000.0, 4000.0], [0.0, 0.0]])
    pair = Pairs(torch.tensor([0]), torch.tensor([1]), torch.tensor([1e6]))
    moved: Tensor = descend(far, pair, 1.0, 0.5, 1) - far
    assert moved.norm(dim=0).tolist() == pytest.approx([5.0, 5.0])


def test_neighbours_have_the_wanted_perplexity_and_all_pairs_the_probability_one() -> None:
    features = blobs(200, 6, 3.0)
    pairs = neighbours(features, 10, CPU)
    assert 2 * pairs.probability.sum().item() == pytest.approx(1)
    assert bool((pairs.first < pairs.second).all())
    squares = np.random.default_rng(0).uniform(0, 1e4, size=(50, 31))
    rows = conditional(squares, 10)
    perplexity = np.exp(-(rows * np.log(np.maximum(rows, 1e-300))).sum(1))
    assert perplexity == pytest.approx(np.full(50, 10.0), rel=1e-6)


def test_many_copies_of_one_sample_are_neighbours_too() -> None:
    features = np.repeat(blobs(6, 8, 20.0), 40, axis=0)
    points, reached = tsne(features, 10, 0, CPU)
    assert np.isfinite(points).all()
    assert np.isfinite(reached)


def test_neighbours_that_hardly_are_some_leave_a_divergence() -> None:
    features = blobs(180, 4, 20.0)  # 60 of a class: some of the 91 neighbours are very far away
    assert neighbours(features, 30, CPU).probability.min() > 0
    points, reached = tsne(features, 30, 0, CPU)
    assert np.isfinite(points).all()
    assert np.isfinite(reached)


@pytest.mark.parametrize("features", [blobs(40, 60, 5.0), blobs(40, 2, 5.0)])
def test_few_samples_of_many_and_of_two_dimensions(features: NDArray[np.float32]) -> None:
    points, reached = tsne(features, 5.5, 0, CPU)
    assert points.shape == (40, 2)
    assert 0 < reached < 2


def test_noise_embeds_worse_than_blobs() -> None:
    noise, separate = blobs(120, 10, 0.0), blobs(120, 10, 20.0)
    assert tsne(noise, 10, 0, CPU)[1] > tsne(separate, 10, 0, CPU)[1]


def test_feature_maps_are_flattened() -> None:
    features = blobs(60, 12, 5.0)
    flat, _ = tsne(features, 5, 0, CPU)
    maps, _ = tsne(features.reshape(60, 3, 2, 2), 5, 0, CPU)
    assert np.array_equal(flat, maps)


@pytest.mark.parametrize(
    ("features", "perplexity", "reason"),
    [
        (blobs(90, 4, 1.0), 30, "perplejidad de 30 pide al menos 91 muestras y hay 90"),
        (blobs(60, 1, 1.0), 5, "menos de dos dimensiones"),
        (np.ones((60, 4), np.float32), 5, "igual para todas las muestras"),
        (np.full((60, 4), np.inf, np.float32), 5, "valores que no son finitos"),
    ],
)
def test_what_cannot_be_embedded_says_why(
    features: NDArray[np.float32], perplexity: float, reason: str
) -> None:
    with pytest.raises(NotMeasurable, match=reason):
        check(features, perplexity)
