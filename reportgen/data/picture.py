"""One picture's file: what it is, and its pixels."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reportgen.errors import DataError, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

EXTENSIONS = {".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
_FORMATS = ("BMP", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
GREY = {"1": "en blanco y negro", "L": "en escala de grises"}
COLOUR = {
    "RGBA": "con transparencia (sobre fondo blanco)",
    "P": "con paleta",
    "CMYK": "CMYK",
    "YCbCr": "YCbCr",
}


class Picture(NamedTuple):
    """One file: its content's sha256, colour mode (empty: no readable image), size in pixels."""

    sha256: str
    mode: str
    width: int
    height: int


def examine(path: Path) -> Picture:
    """Decode the whole file: a damaged image shows only then."""
    from PIL import Image

    if not path.is_file():  # a folder's link, or a pipe, which would be waited for
        return Picture("", "", 0, 0)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        image = _opened(io.BytesIO(content))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return Picture(digest, "", 0, 0)
    mode = "RGBA" if image.has_transparency_data else image.mode
    known = mode == "RGB" or mode in GREY or mode in COLOUR
    return Picture(digest, mode if known else "", image.width, image.height)


def _opened(stream: Path | io.BytesIO) -> Image.Image:
    from PIL import Image, ImageFile, ImageOps

    # WeasyPrint switches this on for its whole process: half an image would count as one.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(stream, formats=_FORMATS) as image:
        image.load()
        return ImageOps.exif_transpose(image)


def pixels(path: Path, picture: Picture, channels: int) -> NDArray[np.uint8]:
    """The picture as (height, width, channels); what is transparent stands on white.

    Raises:
        DataError: the file has changed since it was examined, and is no image any more.
    """
    import numpy as np
    from PIL import Image

    try:
        image = _opened(path)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(
            "the image can no longer be read", place=Place(path), hint="run again"
        ) from error
    if channels == 1:
        return np.asarray(image.convert("L"))[:, :, None]
    if picture.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))
