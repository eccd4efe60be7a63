"""One real report at tiny size, shared by all tests that look at a finished build."""

from __future__ import annotations

import pytest

from tests.tiny import NAME, TINY, TinyReport, reportgen


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyReport:
    """The report of all three sections, trained for an epoch or two on a few samples."""
    root = tmp_path_factory.mktemp("tiny") / "project"
    laid = reportgen(root.parent, "init", str(root))
    assert laid.returncode == 0, laid.stderr
    done = reportgen(root, "build", "--name", NAME, *TINY)
    assert done.returncode == 0, done.stdout + done.stderr
    return TinyReport(root, done.stdout)
