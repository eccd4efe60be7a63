"""On what a measurement was made, and what would be otherwise now."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.artifact import Artifact, Manifest
from reportgen.engine.plan import State, Status
from reportgen.engine.step import Step
from reportgen.lab.provenance import drifts, git_commit, versions


def stored(*, device: str = "cpu", **provenance: Any) -> Status:
    step = Step("a.training", "f:f", circumstances={"device": "cpu"})
    made = {"versions": versions(), "threads": 1, "circumstances": {"device": device}}
    manifest = Manifest("key", {}, {}, {**made, **provenance})
    return Status(step, State.CACHED, "key", artifact=Artifact(Path("key"), manifest))


def test_what_was_made_as_it_would_be_now_is_no_drift() -> None:
    assert drifts([stored()], threads=1, precision="auto") == []


def test_every_difference_is_counted_and_says_from_what_to_what() -> None:
    older = {**versions(), "torch": "1.0"}
    now = versions()["torch"]
    statuses = [stored(versions=older), stored(versions=older), stored(device="cuda", threads=2)]
    assert sorted(drifts(statuses, threads=1, precision="auto")) == [
        "1 stored steps were made with device cuda (now cpu)",
        "1 stored steps were made with threads 2 (now 1)",
        f"2 stored steps were made with torch 1.0 (now {now})",
    ]


def test_halves_are_a_drift_where_they_are_no_longer_wanted() -> None:
    statuses = [
        stored(places=[["cpu", "bfloat16"]]),
        stored(places=[["cuda", "bfloat16"], ["cpu", "float32"]]),
        stored(places=[["cpu", "float32"]]),
    ]
    assert drifts(statuses, threads=1, precision="auto") == []
    assert drifts(statuses, threads=1, precision="float32") == [
        "2 stored steps were made with precision bfloat16 (now float32)"
    ]


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize(
    ("touched", "mark"),
    [("known.py", "+"), ("unknown.py", "+"), ("build/x.pdf", ""), (".reportgen/x", ""), (None, "")],
)
def test_the_commit_says_whether_the_tree_was_dirty(
    tmp_path: Path, touched: str | None, mark: str
) -> None:
    assert git_commit(tmp_path) == ""
    git(tmp_path, "init", "-q")
    (tmp_path / "known.py").write_text("1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    if touched:
        (tmp_path / touched).parent.mkdir(exist_ok=True)
        (tmp_path / touched).write_text("2\n")
    assert git_commit(tmp_path) == git(tmp_path, "rev-parse", "--short=12", "HEAD") + mark
