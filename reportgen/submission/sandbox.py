"""One process, bounded in time and memory, in which strangers' files are parsed."""

from __future__ import annotations

import importlib
import multiprocessing
import resource
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from reportgen.submission.findings import TooCostly, Unreadable

P = ParamSpec("P")
T = TypeVar("T")


class Sandbox:
    """A context in which functions of modules run in a process that may be killed.

    The process is kept warm between calls and replaced after one that was killed. macOS doesn't
    hold a process to its memory; the limit on time works there too.

    Args:
        seconds: for one call.
        memory: of the process, in bytes of address space.
        libraries: modules to import beforehand, so that a first call's time isn't spent on them.
    """

    def __init__(self, seconds: float, memory: int, libraries: Sequence[str] = ()) -> None:
        self._seconds = seconds
        # Not fork: who calls may have threads (torch), which a forked child inherits half dead.
        self._pool = ProcessPool(
            max_workers=1,
            context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=[memory, libraries],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.stop()
        self._pool.join()

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``function`` returns.

        Raises:
            TooCostly: it was over a limit, or its process died.
            Unreadable: it said so, or failed in a way that nobody foresaw; a stranger's file that
                finds a mistake of ours must not keep us from the files after it.
        """
        future = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._seconds)
        try:
            result: T = future.result()
        except TookTooLong as error:
            raise TooCostly(f"reading it takes more than {self._seconds:g} s") from error
        except (MemoryError, RecursionError) as error:
            raise TooCostly("reading it takes too much memory") from error
        except ProcessExpired as error:
            raise TooCostly("reading it kills the reader") from error
        except Unreadable:
            raise
        except Exception as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return result


def _prepare(memory: int, libraries: Sequence[str]) -> None:
    for library in libraries:
        importlib.import_module(library)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS counts the shared libraries' reserved space too
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
