from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reportgen.engine.store import Store
from reportgen.preview.steps import Steps

OTHER = """
import sys
from pathlib import Path
from reportgen.engine.journal import Journal
from reportgen.engine.store import Store

store = Store(Path(sys.argv[1]))
journal = Journal(store.root / "journal.jsonl")
journal.record("started", "killed.train", "c" * 64)
journal.record("started", "cnn.load", "a" * 64)
for step in ("layout.GARCIA_ANA", "page.cnn_curves", "report.GARCIA_ANA"):
    journal.record("finished", step, "d" * 64, seconds=0.5)
journal.record("finished", "cnn.load", "a" * 64, seconds=1.25)
with store.lock("b" * 64):
    moment = "2026-01-01T00:00:00"  # of a build that makes everything anew
    journal.record("started", "cnn.train", "b" * 64, since=moment)
    partial = store.partial("b" * 64, moment)
    partial.mkdir(parents=True)
    (partial / "progress.json").write_text('{"epoch": 3, "epochs": 10}')
    print("at work", flush=True)
    input()
journal.record("failed", "cnn.train", "b" * 64, error="the loss became NaN")
"""


def test_the_steps_of_a_running_build_are_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "at work\n"
    steps = Steps(store, "2000-01-01T00:00:00Z")
    running, done = steps.now()  # and nothing of the one that was killed: its lock is free
    assert running["step"] == "cnn.train"
    assert running["state"] == "running"
    assert running["detail"].startswith("epoch 3 of 10, ")
    assert done == {"step": "cnn.load", "state": "finished", "detail": "1.2 s"}
    other.communicate("\n", timeout=60)
    failed = steps.now()[0]
    assert failed == {"step": "cnn.train", "state": "failed", "detail": "the loss became NaN"}
    assert Steps(store, "2999-01-01T00:00:00Z").now() == []
