"""How a step's values become files: the suffix of the name says how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Contents = Mapping[str, object]
"""File name → content: ``.json`` a JSON value, ``.npy`` an array, else ``bytes`` or ``str``."""


def write_contents(folder: Path, contents: Contents) -> None:
    """Write each content into ``folder``.

    Raises:
        TypeError: a content doesn't fit its suffix.
        ValueError: a JSON value holds NaN or infinity.
    """
    for name, content in contents.items():
        path = folder / name
        if path.suffix == ".npy":
            import numpy as np

            np.save(path, np.asarray(content), allow_pickle=False)
        elif path.suffix == ".json":
            text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
            path.write_text(text + "\n", encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            raise TypeError(f"{name}: a {type(content).__name__} can't be stored under that suffix")
