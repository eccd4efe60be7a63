"""``make bench``: measure, print the table, keep the numbers in ``build/benchmarks.json``."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

from reportgen.files import write_atomically
from tests.benchmarks.harness import Benchmark, Result, machine, table

SUBJECTS = ("command", "page", "augmentation", "training", "transfer", "tsne", "workers", "memory")
"""The modules whose ``benchmarks(full)`` say what is measured."""

FILE = Path("build", "benchmarks.json")


def main(only: str, *, full: bool, rounds: int | None) -> None:
    """Run the benchmarks whose name or subject is in ``only`` (a list with commas; empty: all)."""
    wanted = [name for name in only.split(",") if name]
    results: list[Result] = []
    before = machine()
    for benchmark in _chosen(wanted, full=full):
        results.append(benchmark.run(_say) if rounds is None else _again(benchmark, rounds))
        content = {
            "before": before,
            "after": machine(),
            "full": full,
            "results": [result.as_json() for result in results],
        }
        write_atomically(FILE, json.dumps(content, indent=1, ensure_ascii=False).encode())
    print(table(results))


def _chosen(wanted: list[str], *, full: bool) -> list[Benchmark]:
    found: list[Benchmark] = []
    known: list[str] = []
    for subject in SUBJECTS:
        for one in importlib.import_module(f"tests.benchmarks.{subject}").benchmarks(full):
            known += [subject, one.name]
            if not wanted or subject in wanted or one.name in wanted:
                found.append(one)
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(
            f"no benchmark {', '.join(unknown)}\n  → there are {', '.join(sorted(set(known)))}"
        )
    return found


def _again(benchmark: Benchmark, rounds: int) -> Result:
    from dataclasses import replace

    return replace(benchmark, rounds=rounds).run(_say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(
        os.environ.get("ONLY", ""),
        full=os.environ.get("FULL", "") not in ("", "0"),
        rounds=int(os.environ["ROUNDS"]) if os.environ.get("ROUNDS") else None,
    )
