"""Where jobs run: in this process, or in worker processes side by side."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any

from reportgen.engine.work import Event
from reportgen.references import resolve

Emit = Callable[[Event], None]


class InlineExecutor(Executor):
    """Runs each job at once, in the caller's thread."""

    def __init__(self, emit: Emit, stop: threading.Event) -> None:
        self._emit = emit
        self._stop = stop

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call ``fn(*args, emit, stopped)`` and return the finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, self._emit, self._stop.is_set, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class WorkerPool(ProcessPoolExecutor):
    """Runs jobs in spawned processes; their events come back through a queue.

    Args:
        workers: how many processes.
        emit: called in this process with each event.
        stop: when it is set, the workers' jobs see it.
        setup: ``("module:function", arguments)``: run once in each worker before any job.
    """

    def __init__(
        self,
        workers: int,
        emit: Emit,
        stop: threading.Event,
        setup: tuple[str, Mapping[str, Any]],
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._events = context.SimpleQueue()
        self._stop_workers = context.Event()
        super().__init__(
            workers,
            mp_context=context,
            initializer=_start_worker,
            initargs=(self._events, self._stop_workers, setup),
        )
        self._listener = threading.Thread(target=self._listen, args=(emit,), daemon=True)
        self._watcher = threading.Thread(target=self._watch, args=(stop,), daemon=True)
        self._done = threading.Event()
        self._listener.start()
        self._watcher.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn(*args, emit, stopped)`` in a worker."""
        return super().submit(_in_worker, fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, then the threads that listen to them."""
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        if not self._done.is_set():
            self._done.set()
            self._events.put(None)
            self._listener.join(timeout=5)

    def kill(self) -> None:
        """End the workers at once, whatever they do; the store bears it."""
        for process in list((self._processes or {}).values()):
            process.kill()

    def _listen(self, emit: Emit) -> None:
        while (event := self._events.get()) is not None:
            emit(event)

    def _watch(self, stop: threading.Event) -> None:
        while not self._done.is_set():
            if stop.wait(timeout=0.2):
                self._stop_workers.set()
                return


_worker: dict[str, Any] = {}


def _start_worker(events: Any, stop: Any, setup: tuple[str, Mapping[str, Any]]) -> None:
    # The terminal sends Ctrl-C to the whole group: the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _worker.update(emit=events.put, stopped=stop.is_set)
    reference, arguments = setup
    resolve(reference)(**arguments)


def _in_worker(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return fn(*args, _worker["emit"], _worker["stopped"], **kwargs)

