"""Digests of files' content, remembered while a file's size and times stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from reportgen.files import write_atomically

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
        code: the sources that find them out: what others found isn't taken.
    """

    def __init__(self, cache: Path, root: Path, kind: str, code: Iterable[Path] = ()) -> None:
        self._settled = time.time_ns() - _SETTLED_NS
        self._root = os.fspath(root)
        self._memory = _Memory(cache, kind, [root.resolve()], code)
        self._known: dict[str, list[Any]] = self._memory.read().get("files", {})
        self._now: dict[str, list[Any]] = {}

    def get(self, name: str, examine: Callable[[Path], Any]) -> Any:
        """The fact about the file ``name``; ``examine`` finds it out where none is remembered.

        Raises:
            OSError: the file isn't there, or can't be read.
        """
        path = f"{self._root}/{name}"
        seen = _seen(path)
        known = self._known.get(name)
        if known is None or known[:-1] != seen:
            known = [*seen, examine(Path(path))]
        self._now[name] = known
        return known[-1]

    def save(self) -> None:
        """Remember what this run saw, except of files that changed just before it."""
        if self._now == self._known:
            return
        settled = {name: one for name, one in self._now.items() if max(one[1:3]) < self._settled}
        if settled != self._known:
            self._memory.write({"files": settled})


def remembered(
    cache: Path,
    folders: Iterable[Path],
    kind: str,
    find: Callable[[], Any],
    code: Iterable[Path] = (),
) -> Any:
    """What ``find`` finds out about ``folders`` together, kept while nothing below them changes.

    Where there are thousands of files this is several times faster than `FileFacts`, which
    ``find`` may use for the day when a few of them have changed.

    Args:
        cache: the per-user cache.
        folders: what the fact is about; links to folders below them are not followed.
        kind: which fact this is.
        find: gives any JSON value, made of nothing but what is in ``folders``.
        code: the sources of ``find``: what others found isn't taken.
    """
    settled = time.time_ns() - _SETTLED_NS
    places = [Path(os.path.abspath(folder)) for folder in folders]  # noqa: PTH100 - links stay
    memory = _Memory(cache, kind, places, code)
    known = memory.read()
    state, latest = _state(places)
    if known.get("state") == state:
        return known["fact"]
    fact = find()
    if latest < settled:
        memory.write({"state": state, "fact": fact})
    return fact


def _state(folders: Iterable[Path]) -> tuple[str, int]:
    """A sha256 that is another one after any change below ``folders``, and the latest change.

    A folder's own times tell of what came and has gone again.
    """
    lines: list[str] = []
    latest = 0
    for folder, _, names in chain.from_iterable(map(os.walk, folders)):
        for path in (folder, *(f"{folder}/{name}" for name in names)):
            try:
                seen = _seen(path)
            except OSError as error:  # a link that leads nowhere; something just removed
                seen = [error.errno or 0, 0, 0, 0]
            latest = max(latest, seen[1], seen[2])
            lines.append(f"{path}\0{seen}")
    content = "\n".join(lines).encode("utf-8", "surrogateescape")
    return hashlib.sha256(content).hexdigest(), latest


def _seen(path: str) -> list[int]:
    stat = os.stat(path)  # noqa: PTH116 - a Path for each of 60,000 files costs seconds
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


class _Memory:
    """A file of facts in the cache, good for the code that wrote it."""

    def __init__(
        self, cache: Path, kind: str, places: Iterable[Path], code: Iterable[Path]
    ) -> None:
        about = "\0".join([kind, *map(str, places)])
        name = hashlib.sha256(os.fsencode(about)).hexdigest()[:32]
        self._file = cache / "facts" / f"{name}.json"
        self._code = [file_digest(source) for source in (Path(__file__), *code)]

    def read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file.read_bytes())
        except (OSError, ValueError):  # a damaged memory is no memory
            return {}
        good = isinstance(content, dict) and content.get("code") == self._code
        return content if good else {}

    def write(self, content: Mapping[str, Any]) -> None:
        whole = {"code": self._code, **content}
        write_atomically(self._file, json.dumps(whole, separators=(",", ":")))


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
