"""The processes in which steps run: their share of the machine, their environment, their heap."""

from __future__ import annotations

import ctypes
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.lab import machine

_MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("installed", "workers", "room"),
    [
        (16, 2, 2200),  # 1.1 GB each
        (16, 8, 6144),  # half of what eight processes' libraries leave
        (4, 2, 1536),
        (3, 8, 0),  # one training at a time
    ],
)
def test_trainings_get_a_share_for_each_process_or_half_of_what_the_libraries_leave(
    monkeypatch: pytest.MonkeyPatch, installed: int, workers: int, room: int
) -> None:
    monkeypatch.setattr(machine, "installed_memory", lambda: installed * 1024 * _MEGABYTE)
    assert machine.memory(workers, "cpu") == room * _MEGABYTE
    assert machine.memory(workers, "mps") == room * _MEGABYTE, "it shares the machine's memory"


def test_the_machines_memory_does_not_limit_what_lies_on_a_card() -> None:
    assert machine.memory(2, "cuda") is None


def test_workers_share_their_libraries_on_a_cpu() -> None:
    shared = machine.shared_libraries(2, "cpu")
    assert "torch" in shared
    for name in shared:
        importlib.import_module(name)  # one that isn't there would be passed over
    assert not machine.shared_libraries(1, "cpu")
    assert not machine.shared_libraries(2, "cuda")


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "250000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "max 100000\n"}, 64),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 64),
        ({}, 64),
    ],
)
def test_a_container_s_share_of_the_cores_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, str], cores: int
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "ascii")
    monkeypatch.setattr(machine, "_GROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)), raising=False)
    assert machine.cores() == cores


def test_processes_hear_of_the_precision_and_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    for precision in ("float32", "auto"):
        machine.set_environment(3, precision)
        assert os.environ["REPORTGEN_PRECISION"] == precision
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert os.environ.items() >= machine.MALLOC.items()


def test_what_the_user_set_for_malloc_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.perturb=1"})
    machine.set_environment(1, "auto")
    assert os.environ["GLIBC_TUNABLES"] == "glibc.malloc.perturb=1"


_SMALL_BLOCKS = """
import ctypes
import torch
from reportgen.learning import device as devices

class Heap(ctypes.Structure):  # mallinfo2(3)
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
        )
    ]

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.mallinfo2.restype = Heap
devices.prepare(torch.device("cpu"))

before = library.mallinfo2()
# The smallest last: freeing larger ones empties the cache of small ones.
for block in [library.malloc(size) for size in range(1000, 23, -16)]:
    library.free(ctypes.c_void_p(block))
after = library.mallinfo2()
print(after.uordblks - before.uordblks, after.fsmblks - before.fsmblks)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="it asks glibc from 2.33 on about its heap",
)
def test_what_a_process_frees_joins_the_free_memory_beside_it() -> None:
    """Bytes of 31 kB in small blocks that are still taken after they were freed, or kept apart."""
    done = subprocess.run(
        [sys.executable, "-c", _SMALL_BLOCKS],
        env={**os.environ, **machine.MALLOC},
        capture_output=True,
        text=True,
        check=True,
    )
    taken, apart = map(int, done.stdout.split())
    assert taken < 1000
    assert apart <= 0
