"""Projects in which reports are built: made once for all benchmarks of a run, then copied."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import reportgen
from tests.benchmarks.harness import user_environment

NAME = "PRUEBA_ANA"
PACKAGE = Path(reportgen.__file__).parent
REAL = (
    *("--data", "real", "--profile", "laptop", "--seed", "0"),
    *("--set", "simple_cnn.epochs=2"),
    *("--set", "alexnet.epochs=2", "--set", "alexnet.train_samples=5000"),
    *("--set", "transfer.epochs=2"),
)
"""A report on the real data, with every picture of it, from a fifth of its training or less."""

SMALL = (
    *("--data", "sample", "--seed", "0"),
    *("--set", "simple_cnn.epochs=3", "--set", "simple_cnn.train_samples=1000"),
    *("--set", "alexnet.epochs=2", "--set", "alexnet.train_samples=500"),
    *("--set", "transfer.epochs=2", "--set", "transfer.image_size=64"),
    *("--set", "transfer.perplexity=5"),
)
"""A report with every section and figure, from little training."""


@cache
def built(size: tuple[str, ...] = SMALL) -> Path:
    """A project with its finished report."""
    folder = fresh()
    command(folder, "build", "--name", NAME, *size)
    return folder


@cache
def with_notebooks(size: tuple[str, ...] = SMALL) -> Path:
    """The same with its executed notebooks."""
    folder = built(size)
    command(folder, "notebooks", "--name", NAME)
    return folder


@cache
def with_package() -> Path:
    """The same with a copy of the product in it, which Python finds before the installed one."""
    folder = fresh().parent / "copy"
    shutil.copytree(built(), folder)
    shutil.copytree(PACKAGE, folder / PACKAGE.name)
    return folder


def fresh() -> Path:
    """A project as ``reportgen init`` lays it, removed at the end of this process."""
    parent = Path(tempfile.mkdtemp(prefix="reportgen-benchmark-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    command(parent, "init", str(parent / "project"))
    return parent / "project"


def command(folder: Path, *arguments: str) -> str:
    """Run reportgen in ``folder``; returns what it printed.

    Raises:
        RuntimeError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        cwd=folder,
        env=user_environment({"PYTHONPATH": f"{folder}:{PACKAGE.parent}"}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"reportgen {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return done.stdout
