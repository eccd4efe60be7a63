"""What runs in the sandbox lives in importable modules: here, the standard library's."""

from __future__ import annotations

import ctypes
import os
import re
import time
from collections.abc import Iterator

import pytest

from reportgen.submission.findings import TooCostly, Unreadable
from reportgen.submission.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seconds=2, memory=1_000_000_000) as made:
        yield made


def test_a_function_runs_in_another_process_that_stays(sandbox: Sandbox) -> None:
    first = sandbox.run(os.getpid)
    assert first != os.getpid()
    assert sandbox.run(os.getpid) == first


def test_time_is_bounded_and_the_next_call_works(sandbox: Sandbox) -> None:
    with pytest.raises(TooCostly, match="more than 2 s"):
        sandbox.run(time.sleep, 60)
    with pytest.raises(TooCostly, match="more than 2 s"):
        sandbox.run(re.match, "(a+)+$", "a" * 60 + "b")  # never comes back to the interpreter
    assert sandbox.run(abs, -1) == 1


def test_memory_is_bounded(sandbox: Sandbox) -> None:
    with pytest.raises(TooCostly, match="memory"):
        sandbox.run(bytearray, 2_000_000_000)
    assert sandbox.run(abs, -1) == 1


def test_a_reader_that_dies_is_replaced(sandbox: Sandbox) -> None:
    with pytest.raises(TooCostly, match="kills the reader"):
        sandbox.run(ctypes.string_at, 0)
    assert sandbox.run(abs, -1) == 1


def test_a_mistake_is_a_verdict_on_the_file(sandbox: Sandbox) -> None:
    with pytest.raises(Unreadable, match=r"^ValueError: ") as caught:
        sandbox.run(int, "no number")
    assert caught.value.verdict == "unreadable"
