"""Frames: what keeps the place of a figure in a page until the figure is placed in its PDF.

A page is laid out without its figures, which only lend their size: so the layout outlives a new
colour, and a figure's PDF a new word. Figures are placed last, each in the frame of its own.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from contextlib import ExitStack
from io import BytesIO

import pikepdf
from PIL import Image

_SIZE = (11, 1)  # pixels, of three bytes each
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"
 viewBox="0 0 {width} {height}"><image width="{width}" height="{height}"
 preserveAspectRatio="none" href="data:image/png;base64,{png}"/></svg>"""


def frame(name: str, width: float, height: float) -> str:
    """An SVG of ``width`` × ``height`` mm; nothing but a picture whose pixels tell ``name``."""
    stream = BytesIO()
    Image.frombytes("RGB", _SIZE, _mark(name)).save(stream, "png")
    return _SVG.format(width=width, height=height, png=b64encode(stream.getvalue()).decode())


def placed(layout: bytes, figures: Mapping[str, bytes]) -> bytes:
    """A laid-out PDF with each frame replaced by the first page of its figure's PDF.

    Args:
        layout: the PDF; its structure, links and metadata stay.
        figures: name → PDF of one page. One that has no frame isn't placed.

    Returns:
        the same bytes for the same arguments.
    """
    names = {_mark(name): name for name in figures}
    pictures: dict[bytes, pikepdf.Object] = {}
    stream = BytesIO()
    with ExitStack() as opened:  # what is copied is read when all is saved
        pdf = opened.enter_context(pikepdf.open(BytesIO(layout)))
        for image in list(filter(_is_image, pdf.objects)):
            if name := names.get(_pixels(image)):
                figure = opened.enter_context(pikepdf.open(BytesIO(figures[name])))
                form = pdf.copy_foreign(figure.pages[0].as_form_xobject())
                _share(form, pictures)
                _replace(image, form)
        pdf.save(
            stream, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
        )
    return stream.getvalue()


def _mark(name: str) -> bytes:
    """As many bytes as the frame's pixels have: no other picture has the same."""
    return hashlib.blake2b(name.encode(), digest_size=3 * _SIZE[0] * _SIZE[1]).digest()


def _is_image(item: pikepdf.Object) -> bool:
    return isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"


def _pixels(image: pikepdf.Object) -> bytes:
    """The pixels of an image that has a frame's size; of any other, and of a JPEG, none."""
    if (int(image.Width), int(image.Height)) != _SIZE:
        return b""
    try:
        return image.read_bytes()
    except pikepdf.PdfError:
        return b""


def _share(form: pikepdf.Object, pictures: dict[bytes, pikepdf.Object]) -> None:
    """Draw the pictures that are there already instead of this form's own: each is kept once.

    Args:
        form: of a figure.
        pictures: those of the figures before, by content; this one's are added.
    """
    drawn = form.Resources.get("/XObject", pikepdf.Dictionary())
    for key, item in list(drawn.items()):
        if _is_image(item) and "/SMask" not in item:
            content = item.read_raw_bytes() + item.stream_dict.unparse(resolved=True)
            drawn[key] = pictures.setdefault(hashlib.sha256(content).digest(), item)


def _replace(image: pikepdf.Object, figure: pikepdf.Object) -> None:
    """Turn an image, wherever it is drawn, into a form that draws the figure.

    An image fills the unit square (ISO 32000-1, 8.9.5). The figure's own form keeps its points:
    readers drop letters as too small where a form says that it is a unit wide.
    """
    left, bottom, right, top = map(float, figure.BBox)
    width, height = right - left, top - bottom
    scale = (1 / width, 0, 0, 1 / height, -left / width, -bottom / height)
    image.write(f"{' '.join(f'{number:.9f}' for number in scale)} cm /F Do".encode())
    for key in list(image.keys()):
        if key != "/Length":
            del image[key]
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    image.BBox = [0, 0, 1, 1]
    image.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=figure))
