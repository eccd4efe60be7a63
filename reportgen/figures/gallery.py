"""Images of the validation set with a caption each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.figures import pictures, style
from reportgen.figures.drawing import Drawing, blank, finish
from reportgen.spanish import enumeration, integer, percent

_COLUMNS = 6
_WIDTH, _GAP = 128.0, 3.2  # mm; the page's text column
_SIDE = (_WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS
_LINE, _TITLE = 3.3, 5.0


def mistakes(
    images: NDArray[np.uint8],
    true: Sequence[str],
    predicted: Sequence[str],
    confidence: Sequence[float],
    title: str = "",
) -> Drawing:
    """Wrongly classified images in the order given, with both classes and the confidence.

    Args:
        images: (N, H, W, C) with C = 1 or 3.
        true: the N names of the true classes.
        predicted: the N names of the predicted classes.
        confidence: the N probabilities (0 to 1) of the predicted classes.
        title: whose mistakes they are; stands above the images.

    Raises:
        ValueError: no images, or another number of names or probabilities.
    """
    captions = [
        f"{one} → {other}\n{percent(sure)}"
        for one, other, sure in zip(true, predicted, confidence, strict=True)
    ]
    surest = max(range(len(captions)), key=lambda index: confidence[index], default=None)
    if surest is None:
        raise ValueError("a gallery needs images")
    kinds = len(set(zip(true, predicted, strict=True)))
    text = (
        f"Galería de {style.counted(len(captions), 'error', 'errores')} de clasificación, "
        f"de {style.counted(kinds, 'confusión', 'confusiones distintas')}; el de mayor confianza "
        f"es {true[surest]}→{predicted[surest]}, con {percent(confidence[surest])}."
    )
    return gallery(images, captions, _titled(title, text), title)


def misplaced(
    images: NDArray[np.uint8], true: Sequence[str], total: int, title: str = ""
) -> Drawing:
    """Images on the wrong side of a separating line, the farthest from it, with their true classes.

    Args:
        images: (N, H, W, C) with C = 1 or 3.
        true: the N names of the true classes.
        total: how many images are on the wrong side; told where they aren't all here.
        title: in whose picture; stands above the images.

    Raises:
        ValueError: no images, or another number of names.
    """
    names = sorted(set(true))
    counts = enumeration([f"{integer(list(true).count(name))} de {name}" for name in names])
    shown, wrong = integer(len(true)), style.counted(total, "muestra", "muestras")
    side = f"{wrong} en el lado equivocado"
    if len(true) == total:
        return gallery(images, true, _titled(title, f"Miniaturas de {side}: {counts}."), title)
    text = f"Miniaturas de {shown} de las {side}, las más alejadas: {counts}."
    part = f"{shown} de {integer(total)}"
    return gallery(images, true, _titled(title, text), f"{title}: {part}" if title else part)


@style.house_style()
def gallery(
    images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
    captions: Sequence[str],
    alt: str,
    title: str = "",
    columns: int = _COLUMNS,
) -> Drawing:
    """Images in rows of ``columns`` (at most 6), each above its caption.

    Raises:
        ValueError: no images, or another number of captions.
    """
    if not len(images) or len(images) != len(captions):
        raise ValueError(f"a gallery of {len(images)} images with {len(captions)} captions")
    captions = [style.wrapped(caption, _SIDE) for caption in captions]
    rows = [captions[start : start + columns] for start in range(0, len(captions), columns)]
    steps = [_SIDE + 2.5 + _LINE * max(map(_lines, row)) for row in rows]
    width = min(len(images), columns) * (_SIDE + _GAP) - _GAP
    height = sum(steps) + (_TITLE if title else 0)
    figure = blank(width, height)
    axes = style.axes_at(figure, 0, 0, width, height)
    axes.text(0, height - 3.4, title, fontsize=style.NORMAL, fontweight=700)
    for index, (image, caption) in enumerate(zip(images, captions, strict=True)):
        left = (index % columns) * (_SIDE + _GAP)
        bottom = sum(steps[index // columns :]) - _SIDE
        pictures.place(axes, image, left, bottom, _SIDE)
        axes.text(
            left + _SIDE / 2, bottom - 0.8, caption, ha="center", va="top", fontsize=style.SMALL
        )
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return finish(figure, alt)


def _titled(title: str, text: str) -> str:
    return f"{title}: {text[0].lower()}{text[1:]}" if title else text


def _lines(caption: str) -> int:
    return caption.count("\n") + 1 if caption else 0
