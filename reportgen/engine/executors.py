"""Where jobs run: in this process, or in worker processes side by side."""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any, TypeVar

from reportgen.engine.work import Emit
from reportgen.references import resolve

_PAUSE = 0.1
_STOPPING = (signal.SIGINT, signal.SIGTERM)
_ORPHAN = 8.0
"""Seconds that a job has to save its state when its parent process has died."""

Setup = tuple[str, Mapping[str, Any]]
"""``("module:function", arguments)``: run once in each worker before any job. What it returns, if
anything, is called after each."""

T = TypeVar("T")


class WorkerDied(Exception):  # noqa: N818 - an outcome that the runner explains
    """The process that did a job ended before the job did."""


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


class WorkerPool(Executor):
    """Runs jobs in processes of their own, each with a pipe of its own and no state shared.

    So a worker that dies takes no other with it, and one whose parent dies sees its pipe end: its
    job gets a few seconds to save its state.

    Args:
        workers: how many processes; one is started when there is a job for it.
        emit: called in this process, from several threads, with each event.
        stop: when it is set, the workers' jobs see it.
        setup: run once in each worker before any job.
        libraries: modules that the workers start with (`_context`).
    """

    def __init__(
        self,
        workers: int,
        emit: Emit,
        stop: threading.Event,
        setup: Setup | None = None,
        libraries: Sequence[str] = (),
    ) -> None:
        self._context = _context(libraries)
        self._threads = ThreadPoolExecutor(workers)
        self._emit = emit
        self._stop = stop
        self._setup = setup
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._all: list[_Worker] = []
        self._killed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn(*args, emit, stopped)`` in a worker."""
        return self._threads.submit(self._do, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the jobs, then end the workers."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        for worker in self._all:
            worker.hang_up()  # all of them first: a process that has torch takes a while to end
        for worker in self._all:
            worker.end()

    def kill(self) -> None:
        """End the workers at once, whatever they do; the store bears it."""
        self._killed = True  # for the one that is just being started
        for worker in self._all:
            worker.process.kill()

    def _do(self, fn: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            worker = _Worker(self._context, self._setup)
            self._all.append(worker)
            if self._killed:
                worker.process.kill()
        result = worker.do((fn, args, kwargs), self._emit, self._stop)
        self._idle.put(worker)
        if isinstance(result, BaseException):
            raise result
        return result


def _context(libraries: Sequence[str]) -> SpawnContext | ForkServerContext:
    """How a worker starts: from nothing, or as a fork of a process that has imported ``libraries``
    and done nothing else, so that all workers share the memory that those take.

    There is one such process, with the libraries and the environment of its beginning, until this
    one ends. Elsewhere than on Linux libraries don't bear to be forked.
    """
    if not libraries or sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(libraries))
    return context


class _Worker:
    """A process that does one job after another."""

    def __init__(self, context: SpawnContext | ForkServerContext, setup: Setup | None) -> None:
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, setup))
        resource_tracker.ensure_running()  # its start, inside of start(), would end the deafness
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    def do(self, job: Any, emit: Emit, stop: threading.Event) -> Any:
        """The job's result, or the error that it raised; raises WorkerDied."""
        told = False
        try:
            self._pipe.send(job)
            while True:
                if self._pipe.poll(_PAUSE):
                    kind, content = self._pipe.recv()
                    if kind == "result":
                        return content
                    if kind == "error":
                        error, where = content
                        error.add_note(where)
                        return error
                    emit(content)
                elif stop.is_set() and not told:
                    told = True
                    self._pipe.send(None)
        except (EOFError, OSError) as error:
            self.end()
            raise WorkerDied(f"exit code {self.process.exitcode}") from error

    def hang_up(self) -> None:
        """Let the process end by itself."""
        self._pipe.close()

    def end(self) -> None:
        """Wait for the process to end, or else end it."""
        self.hang_up()
        self.process.join(timeout=2)
        self.process.kill()
        self.process.join()


def apart(function: Callable[..., T], *arguments: Any) -> T:
    """``function(*arguments)`` in a process of its own, which takes its memory with it.

    Raises:
        WorkerDied: the process ended before the function did.
    """
    with WorkerPool(1, lambda _: None, threading.Event()) as pool:
        try:
            result: T = pool.submit(_alone, function, arguments).result()
        except BaseException:
            pool.kill()
            raise
    return result


def _alone(function: Callable[..., T], arguments: tuple[Any, ...], *_: Any) -> T:
    return function(*arguments)


def _serve(pipe: Connection, setup: Setup | None) -> None:
    """The worker's own life: jobs, one after another, until the parent hangs up."""
    gc.freeze()  # what it begins with is no garbage, and to look at it would copy shared memory
    # The terminal sends Ctrl-C to the whole group: the parent decides what it means.
    for one in _STOPPING:
        signal.signal(one, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)  # deaf since it was started
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stop, sending = threading.Event(), threading.Lock()
    threading.Thread(target=_listen, args=(pipe, jobs, stop), daemon=True).start()

    def send(kind: str, content: Any) -> None:
        with sending, suppress(OSError):  # without a parent there is nobody to tell
            pipe.send((kind, content))

    ready, after = False, None
    while (job := jobs.get()) is not None:
        fn, args, kwargs = job
        try:
            if setup and not ready:
                reference, arguments = setup
                after = resolve(reference)(**arguments)
                ready = True
            result = fn(*args, lambda event: send("event", event), stop.is_set, **kwargs)
        except Exception as error:
            send("error", (error, traceback.format_exc()))
        else:
            send("result", result)
        if after:
            after()


def _listen(pipe: Connection, jobs: queue.SimpleQueue[Any], stop: threading.Event) -> None:
    """Take what the parent says, beside the job that runs."""
    try:
        while True:
            job = pipe.recv()
            if job is None:
                stop.set()
            else:
                jobs.put(job)
    except (EOFError, OSError):
        stop.set()
        jobs.put(None)
        timer = threading.Timer(_ORPHAN, os._exit, [1])
        timer.daemon = True
        timer.start()
