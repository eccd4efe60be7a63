"""How a step's values become files: the suffix of the name says how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from reportgen.files import disk_full_explained

Contents = Mapping[str, object]
"""File name → content: ``.json`` a JSON value, ``.npy`` an array, else ``bytes`` or ``str``."""


def write_contents(folder: Path, contents: Contents) -> None:
    """Write each content into ``folder``.

    Raises:
        TypeError: a content doesn't fit its suffix.
        ValueError: a JSON value holds NaN or infinity.
        DiskFullError: one didn't fit.
    """
    for name, content in contents.items():
        if name.endswith(".npy"):
            _write_array(folder / name, content)
        else:
            _write_bytes(folder / name, _encoded(name, content))


def _encoded(name: str, content: object) -> bytes:
    if name.endswith(".json"):
        content = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, bytes):
        return content
    raise TypeError(f"{name}: a {type(content).__name__} can't be stored under that suffix")


def _write_bytes(path: Path, data: bytes) -> None:
    with disk_full_explained(path, len(data)):
        path.write_bytes(data)


def _write_array(path: Path, content: object) -> None:
    import numpy as np

    array = np.asarray(content)
    with disk_full_explained(path, array.nbytes), path.open("wb") as stream:
        # Given a real file, numpy writes past Python, and a full disk loses its errno.
        np.save(SimpleNamespace(write=stream.write), array, allow_pickle=False)
