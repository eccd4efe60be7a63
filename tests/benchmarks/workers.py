"""The whole report with trainings side by side, against one after the other."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.harness import Benchmark, Numbers, Side
from tests.benchmarks.projects import NAME, SMALL, command, fresh

_HERE = __name__
_MIDDLING = (
    *("--data", "sample", "--seed", "0"),
    *("--set", "simple_cnn.epochs=4", "--set", "simple_cnn.train_samples=4000"),
    *("--set", "alexnet.epochs=2", "--set", "alexnet.train_samples=1500"),
    *("--set", "transfer.epochs=2", "--set", "transfer.image_size=96"),
    *("--set", "transfer.perplexity=5"),
)


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    size = ("--profile", "laptop") if full else _MIDDLING
    what = "the `laptop` report" if full else "a report of four short trainings"
    rounds = 1 if full else 2
    return [
        Benchmark(
            "workers",
            f"{what}, trainings side by side with one thread each against one after the other"
            " with two",
            Side("side by side", f"{_HERE}:report", {"workers": 2, "size": size}),
            [Side("one after the other", f"{_HERE}:report", {"workers": 1, "size": size})],
            goal=1.3,
            limits={"peak": 3200},
            rounds=rounds,
        ),
        Benchmark(
            "bits",
            "numbers of the results and predictions that differ between side by side and one"
            " after the other with one thread",
            Side("reportgen", f"{_HERE}:differences"),
            goal=0,
            unit="",
            rounds=1,
        ),
    ]


def report(workers: int, size: list[str]) -> Numbers:
    """A build from nothing; ``peak``: megabytes of all its processes together, at most."""
    folder = fresh()
    peak, done = 0, threading.Event()

    def poll() -> None:
        nonlocal peak
        while not done.wait(1.0):  # looking costs a large process some 10 ms
            peak = max(peak, _memory())

    watcher = threading.Thread(target=poll)
    watcher.start()
    start = time.perf_counter()
    try:
        command(folder, "build", "--name", NAME, *size, "--set", f"run.workers={workers}")
        seconds = time.perf_counter() - start
    finally:
        done.set()
        watcher.join()
    if not peak:
        raise RuntimeError("what processes hold is read from /proc, which isn't here")
    return {"value": seconds, "peak": peak * 1024 / 1e6}


def differences() -> Numbers:
    """Two builds, the second bound to one core, which makes one worker take one thread."""
    found = []
    for workers, cores in ((2, None), (1, {min(os.sched_getaffinity(0))})):
        folder = fresh()
        if cores:
            os.sched_setaffinity(0, cores)
        command(folder, "build", "--name", NAME, *SMALL, "--set", f"run.workers={workers}")
        results = json.loads((folder / "build" / "results.json").read_text("utf-8"))
        del results["colophon"]
        predictions = {
            path.name: path.read_text("utf-8")
            for path in sorted((folder / "build" / "predictions").iterdir())
        }
        found.append(list(_leaves([results, predictions])))
    first, second = found
    assert len(first) == len(second)
    return {
        "value": float(sum(one != other for one, other in zip(first, second, strict=True))),
        "compared": float(len(first)),
    }


def _leaves(value: Any) -> Any:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if not isinstance(value, list):
        yield value
        return
    for one in value:
        yield from _leaves(one)


def _memory() -> int:
    """Kilobytes that this process's descendants hold, shared pages shared out (PSS)."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended
    mine, total = os.getpid(), 0
    for process in parents:
        ancestor = process
        while ancestor in parents and ancestor != mine:
            ancestor = parents[ancestor]
        if ancestor != mine or process == mine:
            continue
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total
