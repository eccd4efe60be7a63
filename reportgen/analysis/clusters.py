"""How well the classes form clusters, in a picture or in the activations behind it.

What compares all samples with each other (silhouette, neighbours, trustworthiness) is measured on
at most ``LIMIT`` samples: 10,000 of them would need 800 MB of distances. The choice depends on the
number of samples and the seed alone, so that a picture and its activations are measured on the
same ones. Centroids (``centroids.py``) use every sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn import manifold, metrics
from sklearn.neighbors import NearestNeighbors

from reportgen.analysis import NotMeasurable
from reportgen.analysis.centroids import ClassPair, centroids
from reportgen.spanish import integer

LIMIT = 2000
NEIGHBOURS = 10

Floats = NDArray[np.floating]
Labels = NDArray[np.integer]
T = TypeVar("T")


class Quality(TypedDict):
    """Every measure of one space; None where ``left_out`` has the reason (Spanish) by its name.

    ``samples`` and ``neighbours`` tell what silhouette, purity and trustworthiness stand on; the
    rest is explained where it is measured, ``centroids.Centroids`` from ``dispersion`` on.
    """

    samples: int
    neighbours: int
    silhouette: float | None
    neighbour_purity: float | None
    trustworthiness: float | None
    dispersion: list[float] | None
    distances: list[list[float]] | None
    within: float | None
    between: float | None
    ratio: float | None
    closest: list[ClassPair] | None
    left_out: dict[str, str]


def quality(
    points: Floats, labels: Labels, classes: Sequence[str], *, seed: int, behind: Floats | None
) -> Quality:
    """Measures a space by everything in this module that its samples allow.

    Args:
        points: an embedding (N, 2) or activations (N, D); further axes are flattened.
        labels: class indices (N,).
        classes: the K class names.
        seed: of the choice of samples.
        behind: the activations (N, D) that an embedding pictures, for its trustworthiness; None
            for activations themselves, which have nothing behind them.
    """
    left_out: dict[str, str] = {}

    def attempt(name: str, measure: Callable[[], T]) -> T | None:
        try:
            return measure()
        except NotMeasurable as outcome:
            left_out[name] = outcome.reason
            return None

    def trusted() -> float:
        if behind is None:
            raise NotMeasurable("no es una proyección de otro espacio")
        return trustworthiness(behind, points, seed=seed)

    middle = attempt("centroids", lambda: centroids(points, labels, classes))
    return Quality(
        samples=min(len(points), LIMIT),
        neighbours=NEIGHBOURS,
        silhouette=attempt("silhouette", lambda: silhouette(points, labels, seed=seed)),
        neighbour_purity=attempt(
            "neighbour_purity", lambda: neighbour_purity(points, labels, seed=seed)
        ),
        trustworthiness=attempt("trustworthiness", trusted),
        dispersion=middle and middle["dispersion"],
        distances=middle and middle["distances"],
        within=middle and middle["within"],
        between=middle and middle["between"],
        ratio=middle and middle["ratio"],
        closest=middle and middle["closest"],
        left_out=left_out,
    )


def silhouette(points: Floats, labels: Labels, *, seed: int) -> float:
    """Mean silhouette, -1 to 1: how much nearer a sample is to its own class than to the next.

    Source: Rousseeuw, Journal of Computational and Applied Mathematics 20, 1987.

    Args:
        points: (N, D).
        labels: class indices (N,).
        seed: of the choice of at most ``LIMIT`` samples.

    Raises:
        NotMeasurable: fewer than two classes among the samples, or none with a second sample.
    """
    chosen = _chosen(len(points), seed)
    present = len(np.unique(labels[chosen]))
    if not 2 <= present < len(chosen):
        raise NotMeasurable("la silueta pide al menos dos clases con varias muestras")
    return float(metrics.silhouette_score(_flat(points, chosen), labels[chosen]))


def neighbour_purity(
    points: Floats, labels: Labels, *, seed: int, count: int = NEIGHBOURS
) -> float:
    """Mean share (0 to 1) of a sample's nearest neighbours that have its class.

    Chance is the classes' own share: 0.1 with ten balanced classes.

    Args:
        points: (N, D).
        labels: class indices (N,).
        seed: of the choice of at most ``LIMIT`` samples.
        count: neighbours to look at.

    Raises:
        NotMeasurable: a class with no more samples than neighbours asked for.
    """
    chosen = _chosen(len(points), seed)
    own = labels[chosen]
    smallest = int(np.unique(own, return_counts=True)[1].min(initial=len(own)))
    if smallest <= count:
        raise NotMeasurable(
            f"con {integer(count)} vecinos hacen falta más de {integer(count)} muestras de cada "
            f"clase y hay una con {integer(smallest)}"
        )
    search = NearestNeighbors(n_neighbors=count).fit(_flat(points, chosen))
    neighbours = search.kneighbors(return_distance=False)
    return float(np.mean(own[neighbours] == own[:, None]))


def trustworthiness(behind: Floats, points: Floats, *, seed: int, count: int = NEIGHBOURS) -> float:
    """How far an embedding's neighbourhoods are real ones, 0 to 1 (1: no false neighbours).

    Source: Venna and Kaski, ICANN 2001.

    Args:
        behind: the activations (N, D).
        points: their embedding (N, 2).
        seed: of the choice of at most ``LIMIT`` samples.
        count: neighbours to look at.

    Raises:
        NotMeasurable: not more than twice as many samples as neighbours.
    """
    chosen = _chosen(len(points), seed)
    if len(chosen) <= 2 * count:
        raise NotMeasurable(
            f"con {integer(count)} vecinos hacen falta más de {integer(2 * count)} muestras "
            f"y hay {integer(len(chosen))}"
        )
    originals, pictured = _flat(behind, chosen), _flat(points, chosen)
    return float(manifold.trustworthiness(originals, pictured, n_neighbors=count))


def _chosen(samples: int, seed: int) -> NDArray[np.intp]:
    """Ascending indices of at most ``LIMIT`` of the samples."""
    if samples <= LIMIT:
        return np.arange(samples)
    return np.sort(np.random.default_rng(seed).choice(samples, LIMIT, replace=False))


def _flat(points: Floats, chosen: NDArray[np.intp]) -> NDArray[np.float64]:
    """The chosen rows only, so that a memory-mapped array isn't read as a whole."""
    return np.asarray(points[chosen], np.float64).reshape(len(chosen), -1)
