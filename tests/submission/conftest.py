"""A package without a fault, to break in one way at a time."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib
import pytest

RUN_ID = "0123456789abcdef"
Notebook = dict[str, Any]


@pytest.fixture(scope="session")
def pdf() -> Callable[..., bytes]:
    """Makes a real PDF, its font embedded, from HTML."""
    from weasyprint import HTML

    font = Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf").as_uri()
    made: dict[tuple[str, str], bytes] = {}

    def make(body: str | None = None, keywords: str = f"informe, run-id:{RUN_ID}") -> bytes:
        body = (
            "<p>La red alcanza su mejor precisión en la octava época.</p>" * 6
            if body is None
            else body
        )
        page = (
            f"<html lang=es><head><title>Informe</title><meta name=keywords content='{keywords}'>"
            f"<style>@font-face {{ font-family: F; src: url({font}) }} body {{ font-family: F }}"
            f"</style></head><body>{body}</body></html>"
        )
        if (body, keywords) not in made:
            made[body, keywords] = HTML(string=page).write_pdf()
        written: bytes = made[body, keywords]
        return written

    return make


@pytest.fixture(scope="session")
def notebook() -> Callable[..., Notebook]:
    """Makes a notebook that ran in order: its code cells from ``sources``."""

    def make(*sources: str, title: str = "Simple CNN") -> Notebook:
        cells: list[Notebook] = [
            {"cell_type": "markdown", "id": "cell-0", "metadata": {}, "source": f"# {title}"}
        ]
        for count, source in enumerate(sources or ("import torch", "print(2 + 2)"), start=1):
            cell = {"cell_type": "code", "id": f"cell-{count}", "metadata": {}, "source": source}
            output = {"output_type": "stream", "name": "stdout", "text": "4\n"}
            cells.append(cell | {"execution_count": count, "outputs": [output]})
        metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": "3.11.7"},
        }
        return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}

    return make


@pytest.fixture(scope="session")
def entries(
    pdf: Callable[..., bytes], notebook: Callable[..., Notebook]
) -> Callable[..., dict[str, bytes]]:
    """Makes the entries of a package; equal ``seed`` gives equal content."""

    def make(name: str = "GARCÍA_ANA", seed: int = 0) -> dict[str, bytes]:
        made = {f"{name}.pdf": pdf() + f"\n% {seed}\n".encode()}
        for number, title in enumerate(["simple_cnn", "alexnet", "transfer_learning"], start=1):
            content = notebook(
                "import torch", f"torch.manual_seed({seed * 10 + number})", title=title
            )
            made[f"{number}_{title}.ipynb"] = json.dumps(
                content, ensure_ascii=False, indent=1
            ).encode()
        return made

    return make


@pytest.fixture(scope="session")
def zipped() -> Callable[..., Path]:
    return write_zip


def write_zip(path: Path, entries: Mapping[str, bytes]) -> Path:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stream.getvalue())
    return path
