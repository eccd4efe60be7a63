"""The real images, as the product stores them and as a notebook reads them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.data.source import Dataset


def root() -> Path:
    """The data root; ends the process with a hint if there is none."""
    found = os.environ.get("REPORTGEN_DATA_ROOT", "")
    if not found:
        sys.exit("benchmarks need real images\n  → set REPORTGEN_DATA_ROOT to their folder")
    return Path(found)


def stored(name: str, image_size: int | None) -> Dataset:
    """A dataset, decoded as the product does it."""
    from reportgen.data.catalogue import locate
    from reportgen.data.readers import load
    from reportgen.project import cache

    source = locate(name, mode="real", data_root=root(), folders={}, cache=cache())
    return load(source, image_size=image_size, cache=cache())
