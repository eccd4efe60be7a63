"""Signals during a build: the first asks, the second ends at once, and so does a grace's end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from reportgen.engine.executors import apart
from reportgen.errors import RunError
from reportgen.project import Project
from tests.tiny import reportgen

SCRIPT = """
    import os, sys, threading, time
    from reportgen.commands import stopping as module
    from reportgen.errors import Interrupted
    module.GRACE = float(sys.argv[1])
    stop, killed = threading.Event(), []
    def wait_for(condition):  # not in a lock that the handler wants too
        while not condition():
            time.sleep(0.01)
    def kill():
        os.write(1, b"killed\\n")  # a handler may interrupt itself: print may not
        killed.append(1)
    try:
        with module.stopping(stop, kill):
            print("ready", flush=True)
            if sys.argv[2] == "listens":
                wait_for(stop.is_set)
                raise Interrupted("saved")
            if sys.argv[2] == "ends":
                wait_for(stop.is_set)
            else:
                wait_for(lambda: killed)
                print("killed first", flush=True)
                raise Interrupted("lost")
        print("went on", flush=True)
    except Interrupted as outcome:
        print(outcome.message, flush=True)
        sys.exit(int(outcome.exit_code))
    """


def start(grace: float, how: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(grace), how],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    ("grace", "how", "said"),
    [
        (60, "listens", "saved"),
        (60, "ends", "stopped: what was done is kept, the same command goes on from here"),
        (0.1, "is deaf", "killed\nkilled first\nlost"),
    ],
)
def test_one_signal(number: signal.Signals, code: int, grace: float, how: str, said: str) -> None:
    process = start(grace, how)
    process.send_signal(number)
    output, _ = process.communicate()
    assert output.strip() == said
    assert process.returncode == code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_does_not_wait(number: signal.Signals, code: int) -> None:
    process = start(60, "is deaf")
    process.send_signal(signal.SIGINT)
    while process.poll() is None:  # two signals at the same moment would count as one
        process.send_signal(number)
        time.sleep(0.05)
    output, _ = process.communicate()
    assert "killed first" not in output
    assert process.returncode in (code, 130)


@pytest.mark.parametrize(
    "imported", ["reportgen.commands.options", "reportgen.engine.executors", "torch.nn"]
)
def test_ctrl_c_while_another_process_plans_is_told_in_one_line(
    tmp_path: Path, imported: str
) -> None:
    """The terminal sends it to both; how far they are then makes no difference.

    What has been imported tells how far: the command has begun, the other process is about to
    be started, it is on its way (the first one never imports torch).
    """
    assert reportgen(tmp_path, "init", str(tmp_path / "project")).returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "status", "--data", "sample"],
        cwd=tmp_path / "project",
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert any(line.split("|")[-1].strip() == imported for line in process.stderr)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_a_planning_process_that_is_killed_is_a_run_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reportgen.commands import options
    from reportgen.engine import executors

    assert reportgen(tmp_path, "init", str(tmp_path / "project")).returncode == 0
    project = Project(tmp_path / "project")
    request = options.Request(("run.data=sample",), ())
    monkeypatch.setattr(executors, "apart", lambda *given: apart(os._exit, 9))
    with pytest.raises(RunError, match=r"planned was killed \(exit code 9\)"):
        request.plan(project, request.load(project))
