"""How concentrated a map of attention is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis import NotMeasurable


def half_area(maps: NDArray[np.floating]) -> float:
    """The share of an image that holds half of the attention, averaged over the maps.

    0.5 for attention that is the same everywhere; the less, the more concentrated.

    Args:
        maps: non-negative (N, H, W).

    Raises:
        NotMeasurable: there is no attention in any map.
    """
    if not len(maps):
        raise NotMeasurable("no hay ningún error que mirar")
    flat = np.asarray(maps, np.float64).reshape(len(maps), -1)
    flat = flat[flat.sum(axis=1) > 0]
    if not flat.size:
        raise NotMeasurable("ninguna zona de las imágenes habla a favor de la respuesta")
    mass = np.cumsum(-np.sort(-flat, axis=1), axis=1) / flat.sum(axis=1, keepdims=True)
    pixels = 1 + np.sum(mass < 0.5 - 1e-9, axis=1)
    return float(np.mean(pixels / flat.shape[1]))
