"""Images beside what a network looked at in them."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from reportgen.figures import style
from reportgen.figures.drawing import Drawing
from reportgen.figures.gallery import gallery
from reportgen.spanish import percent

_RAMP = "inferno"  # its lightness rises throughout, so it is read in grey too
_HEAT = 0.6  # the map's part in the mixture with its image
_HALF = 0.5


def attention(
    images: NDArray[np.uint8],
    maps: NDArray[np.floating],
    true: Sequence[str],
    predicted: Sequence[str],
    confidence: Sequence[float],
) -> Drawing:
    """Wrongly classified images, and below each of them what spoke for the wrong class.

    Args:
        images: (N, H, W, C) with C = 1 or 3, as the network sees them.
        maps: (N, H, W) from 0 to 1, of Grad-CAM, say.
        true: the N names of the true classes.
        predicted: the N names of the predicted classes.
        confidence: the N probabilities (0 to 1) of the predicted classes.

    Raises:
        ValueError: no images, or maps of another number or size.
    """
    if maps.shape != images.shape[:3] or not len(images):
        raise ValueError(f"maps of shape {maps.shape} for images of shape {images.shape}")
    captions = [
        f"{one} → {other}\n{percent(sure)}"
        for one, other, sure in zip(true, predicted, confidence, strict=True)
    ]
    areas = (maps >= _HALF).mean(axis=(1, 2))
    blank = int((maps.max(axis=(1, 2)) == 0).sum())
    alt = (
        f"{style.counted(len(images), 'error', 'errores')} de clasificación y, debajo de cada uno, "
        f"el mapa Grad-CAM de la clase predicha; lo que pesa al menos la mitad del máximo ocupa "
        f"de media el {percent(float(areas.mean()))} de la imagen."
    )
    if blank:
        alt += f" En {style.counted(blank, 'imagen', 'imágenes')} nada habla a favor de esa clase."
    mixed = np.stack([_mixed(image, heat) for image, heat in zip(images, maps, strict=True)])
    return gallery([*images, *mixed], [*captions, *[""] * len(mixed)], alt, columns=len(images))


def _mixed(image: NDArray[np.uint8], heat: NDArray[np.floating]) -> NDArray[np.uint8]:
    colours = mpl.colormaps[_RAMP](heat)[..., :3] * 255
    grey = image.mean(axis=2, keepdims=True)
    mixed: NDArray[np.uint8] = np.rint(_HEAT * colours + (1 - _HEAT) * grey).astype(np.uint8)
    return mixed
