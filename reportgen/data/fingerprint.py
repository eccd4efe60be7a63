"""Digests of files' content, remembered while a file's size and times stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from reportgen.files import write_atomically

_SCHEMA = 2
# A file that changed this shortly before it was read may change again without a new time.
_SETTLED_NS = 2_000_000_000


class FileFacts:
    """What was found out about the files below one folder, kept in ``cache`` between runs.

    A fact is any JSON value. It holds while the file's path, inode, size and times do: a
    tool can set the time of modification back, but not that of the change itself.

    Args:
        cache: the per-user cache.
        root: the folder that the files' names are relative to.
        kind: which facts these are; different kinds don't mix.
    """

    def __init__(self, cache: Path, root: Path, kind: str) -> None:
        place = hashlib.sha256(os.fsencode(f"{kind}\0{root.resolve()}")).hexdigest()[:32]
        self._root = os.fspath(root)
        self._file = cache / "facts" / f"{place}.json"
        self._known = _read(self._file)
        self._now: dict[str, list[Any]] = {}

    def get(self, name: str, examine: Callable[[Path], Any]) -> Any:
        """The fact about the file ``name``; ``examine`` finds it out where none is remembered."""
        path = f"{self._root}/{name}"
        stat = os.stat(path)  # noqa: PTH116 - a Path for each of 60,000 files costs seconds
        known = self._known.get(name)
        seen = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        if known is None or known[:-1] != seen:
            known = [*seen, examine(Path(path))]
        self._now[name] = known
        return known[-1]

    def save(self) -> None:
        """Remember what this run saw, except of files that changed a moment ago."""
        if self._now == self._known:
            return
        latest = time.time_ns() - _SETTLED_NS
        settled = {name: fact for name, fact in self._now.items() if max(fact[1:3]) < latest}
        if settled != self._known:
            content = json.dumps({"schema": _SCHEMA, "files": settled}, separators=(",", ":"))
            write_atomically(self._file, content)


def _read(file: Path) -> dict[str, list[Any]]:
    try:
        content = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):  # a damaged memory is no memory
        return {}
    if not isinstance(content, dict) or content.get("schema") != _SCHEMA:
        return {}
    return dict(content["files"])


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """The hexadecimal digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def digests(root: Path, names: Iterable[str], cache: Path) -> dict[str, str]:
    """The sha256 of each of the files ``names`` below ``root``."""
    facts = FileFacts(cache, root, "sha256")
    found = {name: str(facts.get(name, file_digest)) for name in names}
    facts.save()
    return found


def combined(digests: Mapping[str, str]) -> str:
    """One sha256 of many files: their relative names, sorted, with their content's digests."""
    lines = sorted(
        f"{unicodedata.normalize('NFC', name)}\0{digest}\n" for name, digest in digests.items()
    )
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
