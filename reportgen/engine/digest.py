"""Digests: what makes two values, two files or two artifacts the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

JSON = Any
"""A value that JSON can carry: the only kind of parameter that a step may have."""


def canonical(value: JSON) -> str:
    """The one JSON text of ``value``: sorted keys, no spaces, no NaN.

    Raises:
        ValueError: ``value`` holds a NaN or an infinity.
        TypeError: ``value`` holds something that JSON can't carry.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: JSON) -> str:
    """The sha256 (64 hexadecimal digits) of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """The sha256 (64 hexadecimal digits) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree_digests(folders: Sequence[Path]) -> dict[str, str]:
    """Relative name → sha256 of every file, where an earlier folder's file hides a later one's."""
    found: dict[str, str] = {}
    for folder in reversed(folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not any(
                p.startswith(".") for p in path.relative_to(folder).parts
            ):
                found[path.relative_to(folder).as_posix()] = file_digest(path)
    return found


def sealed(value: JSON) -> str:
    """``value`` as a JSON text that vouches for itself; `unsealed` reads it."""
    return json.dumps({"sha256": digest(value), "value": value}, ensure_ascii=False)


def unsealed(text: str) -> JSON:
    """The value that `sealed` wrote.

    Raises:
        ValueError: the text isn't what was written.
    """
    outer = json.loads(text)
    if not isinstance(outer, dict) or outer.get("sha256") != digest(outer.get("value")):
        raise ValueError("its own digest doesn't match")
    return outer["value"]


def flatten(value: JSON, prefix: str = "") -> dict[str, JSON]:
    """Nested mappings as one level with dotted names, to compare two of them leaf by leaf."""
    if not isinstance(value, Mapping) or not value:
        return {prefix: value}
    flat: dict[str, JSON] = {}
    for name, item in value.items():
        flat.update(flatten(item, f"{prefix}.{name}" if prefix else str(name)))
    return flat
