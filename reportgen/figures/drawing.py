"""What a figure function returns, and how a matplotlib figure becomes one."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

MM_PER_INCH = 25.4
RASTER_DPI = 200
_JPEG_QUALITY = 80
_LEAST_JPEG = 10_000  # pixels: small pictures are shown enlarged, and so would be their artefacts
_PALETTE = Image.Quantize.FASTOCTREE  # the method that keeps transparency
_EMBEDDED_PNG = re.compile(rb"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True)
class Drawing:
    """A figure ready for the page.

    Attributes:
        svg: the picture; its text is live, in the faces of :mod:`reportgen.fonts`.
        alt: alternative text in Spanish, made from the data.
        width: printed width in mm.
        height: printed height in mm.
    """

    svg: bytes
    alt: str
    width: float
    height: float


def blank(width: float, height: float) -> Figure:
    """An empty figure of ``width`` × ``height`` mm."""
    return Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH))


def finish(figure: Figure, alt: str) -> Drawing:
    """The figure as SVG: the same figure gives the same bytes on every run."""
    stream = BytesIO()
    figure.savefig(stream, format="svg", dpi=RASTER_DPI, metadata={"Date": None, "Creator": None})
    width, height = (MM_PER_INCH * float(inches) for inches in figure.get_size_inches())
    svg = _EMBEDDED_PNG.sub(_repack, stream.getvalue())
    return Drawing(svg, alt, round(width, 2), round(height, 2))


def _repack(match: re.Match[bytes]) -> bytes:
    """The smallest of PNG, a palette for point clouds and JPEG for photographs."""
    with Image.open(BytesIO(base64.b64decode(match[1]))) as source:
        image = source.convert("RGBA")
    opaque = image.getchannel("A").getextrema() == (255, 255)
    packed = image.convert("RGB") if opaque else image.quantize(256, method=_PALETTE)
    kinds = {"png": _encoded(packed, "png", optimize=True)}
    if opaque and image.width * image.height >= _LEAST_JPEG:
        kinds["jpeg"] = _encoded(packed, "jpeg", quality=_JPEG_QUALITY)
    kind, content = min(kinds.items(), key=lambda item: len(item[1]))
    return f"data:image/{kind};base64,".encode() + base64.b64encode(content)


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = BytesIO()
    image.save(stream, format=kind, **options)
    return stream.getvalue()
