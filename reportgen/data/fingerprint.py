"""Digests of files' content, remembered while a file's size and times stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
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
        self._root = os.fspath(root)
        self._file = _memory(cache, kind, root)
        self._known: dict[str, list[Any]] = _read(self._file).get("files", {})
        self._now: dict[str, list[Any]] = {}

    def get(self, name: str, examine: Callable[[Path], Any]) -> Any:
        """The fact about the file ``name``; ``examine`` finds it out where none is remembered."""
        path = f"{self._root}/{name}"
        seen = _seen(path)
        known = self._known.get(name)
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
            _write(self._file, {"files": settled})


def remembered(cache: Path, folders: Sequence[Path], kind: str, find: Callable[[], Any]) -> Any:
    """What ``find`` finds out about ``folders`` together, kept while nothing below them changes.

    Where there are thousands of files this is several times faster than `FileFacts`, which
    ``find`` may use for the day when a few of them have changed.

    Args:
        cache: the per-user cache.
        folders: what the fact is about; links to folders below them are not followed.
        kind: which fact this is.
        find: gives any JSON value, made of nothing but what is in ``folders``.
    """
    state, latest = _state(folders)
    file = _memory(cache, kind, *folders)
    known = _read(file)
    if known.get("state") == state and "fact" in known:
        return known["fact"]
    fact = find()
    if latest < time.time_ns() - _SETTLED_NS:
        _write(file, {"state": state, "fact": fact})
    return fact


def _state(folders: Iterable[Path]) -> tuple[str, int]:
    """A sha256 that is another one after any change below ``folders``, and the latest change."""
    lines: list[str] = []
    latest = 0
    for folder, below, names in chain.from_iterable(map(os.walk, folders)):
        lines += (f"{folder}/{name}/" for name in below)
        for name in names:
            path = f"{folder}/{name}"
            try:
                seen = _seen(path)
            except OSError:  # a link that leads nowhere, a file that is just being removed
                seen = [0, 0, 0, 0]
            latest = max(latest, seen[1], seen[2])
            lines.append(f"{path}\0{seen}")
    content = "\n".join(lines).encode("utf-8", "surrogateescape")
    return hashlib.sha256(content).hexdigest(), latest


def _seen(path: str) -> list[int]:
    stat = os.stat(path)  # noqa: PTH116 - a Path for each of 60,000 files costs seconds
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _memory(cache: Path, kind: str, *folders: Path) -> Path:
    about = "\0".join([kind, *(str(folder.resolve()) for folder in folders)])
    return cache / "facts" / f"{hashlib.sha256(os.fsencode(about)).hexdigest()[:32]}.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):  # a damaged memory is no memory
        return {}
    known = isinstance(content, dict) and content.get("schema") == _SCHEMA
    return content if known else {}


def _write(file: Path, content: Mapping[str, Any]) -> None:
    write_atomically(file, json.dumps({"schema": _SCHEMA, **content}, separators=(",", ":")))


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
