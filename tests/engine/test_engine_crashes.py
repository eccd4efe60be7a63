"""SIGKILL at the changes of files that each writer makes; what is left must be whole.

Some of the points, chosen anew by each run's seed, are tried here. All of them:

    REPORTGEN_FAULTS=all python -m pytest tests/engine/test_engine_crashes.py -s
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COUNTS = {
    "text": 8,
    "artifact": 8,
    "artifact-anew": 8,
    "build": 10,
    "build-anew": 8,
    "checkpoint": 4,
    "published": 4,
}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None,
    reason="faults are injected by a preloaded library: needs Linux and a C compiler",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiled = tmp_path_factory.mktemp("faults") / "faults.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", compiled, HERE / "faults.c", "-ldl"]
    subprocess.run(command, check=True)
    return compiled


@pytest.mark.parametrize("scenario", COUNTS)
def test_a_kill_at_any_change_of_a_file_is_survived(
    library: Path, tmp_path: Path, scenario: str
) -> None:
    everything = os.environ.get("REPORTGEN_FAULTS") == "all"
    seed = random.SystemRandom().randrange(10**6)
    count = 0 if everything else COUNTS[scenario]
    command = [sys.executable, HERE / "faults.py", tmp_path / "faults", scenario, count, seed]
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "LD_PRELOAD": str(library), "OMP_NUM_THREADS": "1"}
        | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-3000:]}"
    print(done.stdout.strip())
    told = json.loads(done.stdout.splitlines()[-1])
    killed = sum(number for kind, number in told.items() if str(kind).endswith("killed"))
    assert told["points"] >= 30
    assert killed >= 0.9 * told["tried"]
