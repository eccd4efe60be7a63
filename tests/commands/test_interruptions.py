"""A real training that is stopped in every way, and goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from reportgen.engine.artifact import Artifact
from reportgen.engine.store import Store
from tests.tiny import NAME, reportgen

TRAINING = (
    *("build", "--name", NAME, "--data", "sample", "--only", "1.1"),
    *("--set", "simple_cnn.epochs=24", "--set", "simple_cnn.train_samples=1500"),
    *("--set", "run.workers=2", "--set", "run.evidence=none"),
)
"""One training alone, long enough to be interrupted thrice."""


def started(root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "reportgen", *TRAINING],
        cwd=root,
        env={**os.environ, "REPORTGEN_DATA_ROOT": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for(process: subprocess.Popen[bytes], condition: Any) -> None:
    while not condition():
        assert process.poll() is None, "the build ended too early"
        time.sleep(0.02)


def epoch_of(root: Path) -> int:
    for file in (root / ".reportgen" / "partial").glob("*/progress.json"):
        try:
            return int(json.loads(file.read_text())["epoch"])
        except (FileNotFoundError, ValueError):
            return 0
    return 0


def trained(root: Path) -> dict[str, Any] | None:
    store = Store(root / ".reportgen")
    memory = store.remembered("simple_cnn.training")
    for key in store.keys() if memory else ():
        artifact = Artifact.at(store.folder(key))
        if artifact.manifest.ingredients == memory:
            return {"digest": artifact.digest, "resumed": artifact.manifest.provenance["resumed"]}
    return None


def test_a_training_that_was_interrupted_thrice_gives_the_same_bits(tmp_path: Path) -> None:
    """By Ctrl-C, by SIGTERM, by SIGKILL; against one that wasn't, on the same machine."""
    outcomes = {}
    for name in ("disturbed", "undisturbed"):
        root = tmp_path / name
        assert reportgen(tmp_path, "init", str(root)).returncode == 0
        if name == "disturbed":
            for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
                before = epoch_of(root)
                process = started(root)
                wait_for(process, lambda root=root, before=before: epoch_of(root) > before)
                os.killpg(process.pid, number)
                assert process.wait() == code
                assert epoch_of(root) > before
                if number != signal.SIGKILL:  # it leaves no time to tidy
                    assert not list(root.rglob(".*.tmp"))
            done = reportgen(root, "status", *TRAINING[3:])
            assert re.search(r"interrupted +simple_cnn.training at epoch \d+", done.stdout)
        process = started(root)
        wait_for(process, lambda root=root: trained(root))
        process.kill()
        process.wait()
        outcomes[name] = trained(root)
    assert outcomes["disturbed"] == {"digest": outcomes["undisturbed"]["digest"], "resumed": True}
    assert outcomes["undisturbed"]["resumed"] is False
