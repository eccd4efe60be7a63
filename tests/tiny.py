"""One real report at tiny size: how it is asked for, and where it lies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "PRUEBA_MUÑOZ"
TINY = (
    *("--data", "sample", "--seed", "3"),
    *("--set", "simple_cnn.epochs=2", "--set", "simple_cnn.train_samples=400"),
    *("--set", "alexnet.epochs=1", "--set", "alexnet.train_samples=120"),
    *("--set", "transfer.epochs=1", "--set", "transfer.image_size=32"),
    *("--set", "transfer.perplexity=5", "--set", "run.workers=2"),
)


@dataclass(frozen=True)
class TinyReport:
    """A project in which ``reportgen build`` has run."""

    root: Path
    printed: str

    @property
    def build(self) -> Path:
        """The build folder."""
        return self.root / "build"

    @property
    def pdf(self) -> Path:
        """The report."""
        return self.build / f"{NAME}.pdf"

    @property
    def results(self) -> dict[str, Any]:
        """What ``results.json`` holds."""
        found: dict[str, Any] = json.loads((self.build / "results.json").read_text("utf-8"))
        return found

    def copied_to(self, root: Path) -> Path:
        """Copies the project to ``root``; what training left, half a gigabyte, is linked."""

        def copy(source: str, target: str) -> None:
            heavy = source.endswith((".npy", ".safetensors"))
            (os.link if heavy else shutil.copy2)(source, target)

        return Path(shutil.copytree(self.root, root, symlinks=True, copy_function=copy))


def reportgen(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person would, in ``root``."""
    return subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        cwd=root,
        env={**os.environ, "REPORTGEN_DATA_ROOT": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
