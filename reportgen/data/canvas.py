"""The canvas a sample picture is painted on: backdrop, drawings laid on it, light and grain.

Everything random comes from the `numpy.random.Generator` that is passed in.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

Colour = tuple[int, int, int]


def rasterise(svg: str, size: int) -> Image.Image:
    """An SVG as an RGBA image of `size` × `size` pixels that the drawing fills.

    No fonts are loaded, so that the machine's have no part in the picture.
    """
    # The margin round the drawing is found in a rough picture and cut away from a fine one.
    rough = _render(svg, 72)
    box = rough.getchannel("A").getbbox() or (0, 0, 72, 72)
    side = max(box[2] - box[0], box[3] - box[1])
    fine = _render(svg, round(72 * size / side))
    left, top = ((box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2)
    x, y = round(left * size / side), round(top * size / side)
    return fine.crop((x, y, x + size, y + size))


def _render(svg: str, size: int) -> Image.Image:
    png = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def backdrop(rng: Generator, size: int, far: Colour, near: Colour) -> Image.Image:
    """Two colours that meet at a soft, slanting horizon, and blurred patches of their kin."""
    y, x = np.mgrid[0:size, 0:size] / size
    horizon = rng.uniform(0.25, 0.8) + rng.uniform(-0.3, 0.3) * (x - 0.5)
    share = np.clip((y - horizon) / rng.uniform(0.05, 0.5) + 0.5, 0, 1)[..., None]
    above, below = (np.array(c) + rng.normal(0, 14, 3) for c in (far, near))
    plain = above * (1 - share) + below * share
    image = Image.fromarray(np.clip(plain, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 9))):
        tone = (above if rng.random() < 0.5 else below) + rng.normal(0, 25, 3)
        cx, cy = rng.uniform(0, size, 2)
        rx, ry = rng.uniform(0.04, 0.22, 2) * size
        box = (cx - rx, cy - ry, cx + rx, cy + ry)
        draw.ellipse(box, fill=tuple(int(v) for v in np.clip(tone, 0, 255)))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.01, 0.05) * size))


def soften(rng: Generator, image: Image.Image, largest: float) -> Image.Image:
    """`image` blurred by a radius of up to `largest`, a fraction of its width."""
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, largest) * image.width))


def tint(rng: Generator, drawing: Image.Image, *, hue: float) -> Image.Image:
    """`drawing` with its hue turned by up to `hue` radians and its brightness by up to 30 %.

    The turn is about the grey axis, so that black lines and white areas stay what they are.
    """
    angle = rng.uniform(-hue, hue)
    level = 1 + rng.uniform(-0.3, 0.3)
    third, cos, sin = (1 - math.cos(angle)) / 3, math.cos(angle), math.sin(angle) / math.sqrt(3)
    a, b, c = level * (third + cos), level * (third - sin), level * (third + sin)
    turned = drawing.convert("RGB").convert("RGB", (a, b, c, 0, c, a, b, 0, b, c, a, 0))
    turned.putalpha(drawing.getchannel("A"))
    return turned


def pose(
    rng: Generator, drawing: Image.Image, size: int, *, scale: float, tilt: float, reach: float
) -> Image.Image:
    """`drawing` turned, sheared, perhaps mirrored and moved, on a transparent canvas.

    Args:
        size: width and height of the canvas in pixels.
        scale: width of the drawing as a fraction of the canvas.
        tilt: the largest turn, in degrees either way.
        reach: the largest distance of its middle from the canvas's, as a fraction of `size`.
    """
    angle = math.radians(rng.uniform(-tilt, tilt))
    shear, aspect = rng.uniform(-0.18, 0.18), rng.uniform(0.88, 1.14)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    dx, dy = rng.uniform(-reach, reach, 2) * size
    # Pillow maps the canvas back to the drawing, hence inverses: mirror·shear·turn / scale.
    ratio = drawing.width / (scale * size)
    cos, sin = math.cos(angle) * ratio, math.sin(angle) * ratio
    a, b = mirror * (cos - shear * sin), mirror * (sin + shear * cos)
    d, e = -sin * aspect, cos * aspect
    middle, x, y = drawing.width / 2, size / 2 + dx, size / 2 + dy
    back = (a, b, middle - a * x - b * y, d, e, middle - d * x - e * y)
    return drawing.transform(
        (size, size), Image.Transform.AFFINE, back, resample=Image.Resampling.BICUBIC
    )


def shadow(rng: Generator, canvas: Image.Image, figure: Image.Image) -> None:
    """Lay the soft shadow of `figure` on `canvas`, so that it stands in the scene."""
    size = canvas.width
    alpha = figure.getchannel("A").filter(ImageFilter.GaussianBlur(0.03 * size))
    right, down = (int(v) for v in rng.uniform(0.01, 0.06, 2) * size)
    strength = rng.uniform(0.1, 0.5)
    canvas.paste((15, 18, 22), (right, down), alpha.point([int(v * strength) for v in range(256)]))


def finish(rng: Generator, canvas: Image.Image, size: int, *, blur: float) -> NDArray[np.uint8]:
    """The photograph: blurred, lit from one side, grainy; `uint8` of (size, size, 3).

    Args:
        blur: the largest radius of the blur, as a fraction of the canvas.
    """
    small = soften(rng, canvas, blur).resize((size, size), Image.Resampling.BOX)
    x = np.linspace(-0.5, 0.5, size)
    slope = rng.uniform(-0.25, 0.25, 2)
    light = rng.uniform(0.8, 1.15) + slope[0] * x[None, :] + slope[1] * x[:, None]
    grain = rng.normal(0, rng.uniform(1, 7), (size, size, 3))
    lit: NDArray[np.float64] = np.asarray(small) * light[..., None] + grain
    return np.clip(lit, 0, 255).astype(np.uint8)
