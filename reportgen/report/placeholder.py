"""Placeholders: what stands in a page for its figures until they are placed in the PDF.

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


def placeholder(name: str, width: float, height: float) -> str:
    """An SVG of ``width`` × ``height`` mm; nothing but a picture whose pixels tell ``name``."""
    stream = BytesIO()
    Image.frombytes("RGB", _SIZE, _mark(name)).save(stream, "png")
    return _SVG.format(width=width, height=height, png=b64encode(stream.getvalue()).decode())


def placed(layout: bytes, figures: Mapping[str, bytes]) -> bytes:
    """A laid-out PDF with each placeholder replaced by the first page of its figure's PDF.

    Args:
        layout: the PDF; its structure, links and metadata stay.
        figures: name → PDF of one page. One that has no placeholder isn't placed.

    Returns:
        the same bytes for the same arguments.
    """
    names = {_mark(name): name for name in figures}
    pictures: dict[bytes, pikepdf.Object] = {}
    stream = BytesIO()
    with ExitStack() as opened:  # what is copied is read when all is saved
        pdf = opened.enter_context(pikepdf.open(BytesIO(layout)))
        for image in list(filter(_may_be_placeholder, pdf.objects)):
            if name := names.get(image.read_bytes()):
                figure = opened.enter_context(pikepdf.open(BytesIO(figures[name])))
                _replace(pdf, image, figure.pages[0], pictures)
        pdf.save(
            stream, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
        )
    return stream.getvalue()


def _mark(name: str) -> bytes:
    """As many bytes as the placeholder's pixels have: no other picture has the same."""
    return hashlib.blake2b(name.encode(), digest_size=3 * _SIZE[0] * _SIZE[1]).digest()


def _may_be_placeholder(item: pikepdf.Object) -> bool:
    return (
        _is_image(item)
        and (int(item.Width), int(item.Height)) == _SIZE
        and item.get("/Filter") == "/FlateDecode"
    )


def _is_image(item: pikepdf.Object) -> bool:
    return isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"


def _replace(
    pdf: pikepdf.Pdf,
    image: pikepdf.Object,
    page: pikepdf.Page,
    pictures: dict[bytes, pikepdf.Object],
) -> None:
    """Turn an image, wherever it is drawn, into a form with a page's content.

    Args:
        pdf: what the image belongs to.
        image: drawn in the unit square, as PDF has it (ISO 32000-1, 8.9.5).
        page: of another PDF.
        pictures: those that are in ``pdf`` already by their content: each is kept once.
    """
    form = pdf.copy_foreign(page.as_form_xobject())
    left, bottom, right, top = map(float, form.BBox)
    width, height = right - left, top - bottom
    form.Matrix = [1 / width, 0, 0, 1 / height, -left / width, -bottom / height]
    drawn = form.Resources.get("/XObject", pikepdf.Dictionary())
    for key, item in list(drawn.items()):
        if _is_image(item) and "/SMask" not in item:
            content = item.read_raw_bytes() + item.stream_dict.unparse(resolved=True)
            drawn[key] = pictures.setdefault(hashlib.sha256(content).digest(), item)
    image.write(form.read_bytes())
    for key in list(image.keys()):
        if key != "/Length":
            del image[key]
    for key, item in form.items():
        if key not in {"/Length", "/Filter", "/DecodeParms"}:
            image[key] = item
