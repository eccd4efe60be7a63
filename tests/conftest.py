"""One real report at tiny size, shared by all tests that look at a finished build."""

from __future__ import annotations

import os
import signal

import pytest

from tests.tiny import NAME, TINY, TinyReport, reportgen

# Tests run side by side with all cores' threads each: those that spin while they wait for one
# another make two processes twice as slow.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# A suite in the background was started deaf to Ctrl-C, and so would be what it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyReport:
    """The report of all three sections, trained for an epoch or two on a few samples."""
    root = tmp_path_factory.mktemp("tiny") / "project"
    laid = reportgen(root.parent, "init", str(root))
    assert laid.returncode == 0, laid.stderr
    done = reportgen(root, "build", "--name", NAME, *TINY)
    assert done.returncode == 0, done.stdout + done.stderr
    return TinyReport(root, done.stdout)
