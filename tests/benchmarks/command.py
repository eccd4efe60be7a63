"""What one waits for at the command line when there is nothing to compute."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.harness import Benchmark, Numbers, Side, Stopwatch
from tests.benchmarks.projects import NAME, REAL, SMALL, built, command

_HERE = __name__


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    size = REAL if full else SMALL
    return [
        Benchmark(
            "help",
            "`reportgen --help`, processor time",
            Side("reportgen", f"{_HERE}:help_"),
            goal=0.15,
            rounds=7,
        ),
        Benchmark(
            "nothing",
            f"`reportgen build` with nothing to do; {'real' if full else 'sample'} data",
            Side("reportgen", f"{_HERE}:nothing", {"size": size}),
            goal=1.0,
            rounds=7,
            prepare=lambda: {"project": str(built(size))},
        ),
    ]


def help_() -> Numbers:
    """The processor time of the whole process, the interpreter's start in it."""
    watch = Stopwatch()
    command(Path(), "--help")
    read = watch.read()
    return {"value": read["cpu"], "wall": read["value"]}


def nothing(project: str, size: list[str]) -> Numbers:
    """The same command as before."""
    watch = Stopwatch()
    command(Path(project), "build", "--name", NAME, *size)
    return watch.read()
