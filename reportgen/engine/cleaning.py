"""What in a store nobody needs any more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reportgen.engine.store import Store

_DAY = 86_400.0
_INTERRUPTED_DAYS = 14.0
"""A step that was interrupted may stand for hours of work that somebody means to go on with."""


@dataclass(frozen=True)
class Waste:
    """Something that can be removed.

    Attributes:
        kind: what it is, for people.
        path: the file or folder.
        size: in bytes.
    """

    kind: str
    path: Path
    size: int

    def remove(self) -> None:
        """Remove it."""
        if self.path.is_dir():
            shutil.rmtree(self.path)
        else:
            self.path.unlink(missing_ok=True)


def waste(
    store: Store, needed: Collection[str], keep_days: float, *, everything: bool = False
) -> Iterator[Waste]:
    """What can be removed from ``store``, which nobody may be using (`Store.unused`).

    Args:
        store: where to look.
        needed: the keys of the artifacts and unfinished steps to keep.
        keep_days: what was made in so many days is kept too.
        everything: also what was interrupted lately, and today's plans.
    """
    kinds = {
        "results of earlier settings or code": store.root.glob("store/??/*"),
        "unfinished steps of earlier settings or code": store.root.glob("partial/*"),
        "damaged results that were set aside": store.root.glob("damaged/*"),
        "stored plans": store.root.glob("plans/*"),
        "locks": store.root.glob("locks/*"),
    }
    # The plan of today is soon made again, but not for nothing.
    least = {"stored plans": 1.0, "unfinished steps of earlier settings or code": _INTERRUPTED_DAYS}
    now = time.time()
    for kind, paths in kinds.items():
        days = keep_days if everything else max(keep_days, least.get(kind, 0.0))
        youngest = now - days * _DAY
        for path in sorted(paths):
            # A checkpoint of a build that makes everything anew has the moment behind its key.
            if path.name.partition("-")[0] not in needed and path.stat().st_mtime <= youngest:
                yield Waste(kind, path, _size(path))


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    size = 0
    for file in files:
        with suppress(OSError):
            size += file.stat().st_blocks * 512
    return size
