"""Benchmarks side by side: measure each side in turn, several rounds, and compare the medians.

Every measurement runs in a fresh process, so that imports, thread pools and peak memory are its
own. It calls one function, named ``module:function``, with plain arguments; what that returns are
numbers, of which ``value`` is compared.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

Numbers = dict[str, float]

_VERSIONS = (
    "torch",
    "torchvision",
    "scikit-learn",
    "weasyprint",
    "papermill",
    "nbconvert",
    "typst",
)


def user_environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's variables without ``PYTHONDONTWRITEBYTECODE``, and ``more``.

    An installed package's code is compiled once and kept; where Python is told not to keep it,
    each start would pay for what no user waits for.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}


@dataclass(frozen=True)
class Side:
    """One way of doing the work.

    Attributes:
        name: as the table calls it.
        function: ``module:function``, run in a process of its own.
        arguments: plain data, as JSON could hold it.
        environment: variables beyond this process's own.
    """

    name: str
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def measure(self, prepared: Mapping[str, Any]) -> Numbers:
        """Run it once, with ``prepared`` as further arguments.

        Raises:
            RuntimeError: the process failed.
        """
        arguments = {**self.arguments, **prepared}
        done = subprocess.run(
            [sys.executable, "-m", __name__, self.function, json.dumps(arguments)],
            env=user_environment(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name} ({self.function}) failed:\n{done.stderr[-3000:]}")
        numbers: Numbers = json.loads(done.stdout.splitlines()[-1])
        return numbers


@dataclass(frozen=True)
class Benchmark:
    """One row of the table.

    Attributes:
        name: what ``ONLY`` asks for.
        what: the row's title, with its size.
        ours: how the product does it.
        others: what a person would do instead; the best of them counts. Without any, the goal is
            a limit on our own value.
        goal: the least ratio of our speed to theirs, or the most that our value may be.
        unit: of the value: "s", "MB" and "nats" are better when less, "GFLOP/s" when more.
        rounds: how often each side is measured.
        prepare: called once; what it gives are further arguments of every side.
        limits: the most that others of our numbers may be, by their names.
    """

    name: str
    what: str
    ours: Side
    others: Sequence[Side] = ()
    goal: float | None = None
    unit: str = "s"
    rounds: int = 3
    prepare: Callable[[], Mapping[str, Any]] = dict
    limits: Mapping[str, float] = field(default_factory=dict)

    def run(self, say: Callable[[str], None]) -> Result:
        """Measure the sides in turn."""
        sides, prepared = [self.ours, *self.others], self.prepare()
        measured: dict[str, list[Numbers]] = {side.name: [] for side in sides}
        for number in range(self.rounds):
            for side in sides:
                numbers = side.measure(prepared)
                measured[side.name].append(numbers)
                say(f"  {self.name} {number + 1}/{self.rounds} {side.name}: {_told(numbers)}")
        return Result(self, measured)


@dataclass(frozen=True)
class Result:
    """What a benchmark gave.

    Attributes:
        measured: the numbers of every round, by side.
    """

    benchmark: Benchmark
    measured: Mapping[str, Sequence[Numbers]]

    def values(self, side: str) -> list[float]:
        """What is compared, one a round."""
        return [numbers["value"] for numbers in self.measured[side]]

    def median(self, side: str, number: str = "value") -> float:
        """The median over the rounds."""
        return statistics.median(numbers[number] for numbers in self.measured[side])

    @property
    def ratio(self) -> float | None:
        """Times as fast as the best of the others, or as a share of what it could be."""
        if not self.benchmark.others:
            return None
        ours = self.median(self.benchmark.ours.name)
        others = [self.median(side.name) for side in self.benchmark.others]
        if self.benchmark.unit == "GFLOP/s":
            return ours / max(others)
        return min(others) / ours

    @property
    def reached(self) -> bool | None:
        """Whether the goal was reached and no limit passed; None without either."""
        goal, ours = self.benchmark.goal, self.benchmark.ours.name
        if any(self.median(ours, name) > most for name, most in self.benchmark.limits.items()):
            return False
        if goal is None:
            return True if self.benchmark.limits else None
        if self.ratio is None:
            return self.median(ours) <= goal
        return self.ratio >= goal

    def as_json(self) -> dict[str, Any]:
        """For the file of results."""
        return {
            "name": self.benchmark.name,
            "what": self.benchmark.what,
            "unit": self.benchmark.unit,
            "goal": self.benchmark.goal,
            "ratio": self.ratio,
            "reached": self.reached,
            "measured": dict(self.measured),
        }

    def row(self) -> list[str]:
        """For the table: what, sides, ratio, goal, whether it was reached."""
        unit = self.benchmark.unit
        sides = "; ".join(
            f"{name} {_figure(self.median(name))} {unit}"
            f" ({_figure(min(values))} to {_figure(max(values))}){self._others(name)}"
            for name in self.measured
            if (values := self.values(name))
        )
        goal = self.benchmark.goal
        if goal is None:
            wanted = ""
        elif self.ratio is None:
            wanted = f"≤ {goal:g} {unit}"
        else:
            wanted = f"≥ {goal:g}"
        wanted += "".join(f", {name} ≤ {most:g}" for name, most in self.benchmark.limits.items())
        ratio = "" if self.ratio is None else _figure(self.ratio)
        return [
            self.benchmark.what, sides, ratio, wanted,
            {True: "yes", False: "NO", None: ""}[self.reached],
        ]  # fmt: skip

    def _others(self, side: str) -> str:
        names = [name for name in self.measured[side][0] if name != "value"]
        told = ", ".join(f"{name} {_figure(self.median(side, name))}" for name in names)
        return f" [{told}]" if told else ""


class Stopwatch:
    """Measures from its making on."""

    def __init__(self) -> None:
        self._start, self._cpu = time.perf_counter(), _cpu()

    def read(self) -> Numbers:
        """``value``: seconds by the clock; ``cpu``: of all cores, which a busy machine spares."""
        return {"value": time.perf_counter() - self._start, "cpu": _cpu() - self._cpu}


def _cpu() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(one) for one in whose]
    return sum(one.ru_utime + one.ru_stime for one in used)


def table(results: Sequence[Result]) -> str:
    """The results in Markdown."""
    head = ["what", "median (range) of each side", "ratio", "goal", "reached"]
    rows = [head, ["---"] * len(head), *(result.row() for result in results)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> dict[str, Any]:
    """Where it was measured: processor, cores, load, versions."""
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text("utf-8").splitlines() if cpus.is_file() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    versions = {}
    for name in _VERSIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "absent"
    return {
        "system": platform.platform(),
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "versions": versions,
    }


def _figure(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _told(numbers: Numbers) -> str:
    return ", ".join(f"{name} {_figure(value)}" for name, value in numbers.items())


def _child(function: str, arguments: str) -> None:
    from reportgen.references import resolve

    print(json.dumps(resolve(function)(**json.loads(arguments))))


if __name__ == "__main__":
    _child(*sys.argv[1:])
