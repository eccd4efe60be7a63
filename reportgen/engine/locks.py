"""Locks between processes: the kernel's own, so that a killed holder leaves none behind."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_PAUSE = 0.1


@contextmanager
def trying(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock of ``path`` if it is free; yields whether it is held.

    Args:
        shared: beside other shared holders, but no exclusive one.
    """
    with _opened(path) as stream:
        yield _taken(stream, shared)


@contextmanager
def holding(
    path: Path,
    *,
    shared: bool = False,
    on_wait: Callable[[], None] = lambda: None,
    pause: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Hold the lock of ``path``, after waiting for it if need be.

    Args:
        shared: beside other shared holders, but no exclusive one.
        on_wait: called once before waiting.
        pause: called again and again while waiting; what it raises ends the wait.
    """
    with _opened(path) as stream:
        if not _taken(stream, shared):
            on_wait()
            while not _taken(stream, shared):
                pause()
                time.sleep(_PAUSE)  # a wait for the lock itself would hear no pause()
        yield


def _opened(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w")


def _taken(stream: IO[str], shared: bool) -> bool:
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(stream, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
