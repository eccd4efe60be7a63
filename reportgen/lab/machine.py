"""The process in which steps run: its threads and its way to the experiments."""

from __future__ import annotations

import ctypes
import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from reportgen.lab.experiment import mount
from reportgen.lab.planned import Planned

MALLOC = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=0"}
"""Variables for how a process takes its memory, read when it starts.

In large pages (heard by glibc from 2.35 on): what blocks cost anew is the zeroing of their pages,
and of small ones there are five hundred times as many. And without a cache of small blocks, which
leaves the memory between them in pieces: with what `keep_freed_memory` sets, fine-tuning
EfficientNet-lite0 holds 1.9 GB instead of 2.2, libraries included."""

_GROUP = Path("/sys/fs/cgroup")
_TRAININGS = 1100 * 2**20  # of one process
_IMPORTS = 512 * 2**20  # of one process
_LIBRARIES = (
    *("torch", "torchvision", "captum.attr"),
    *("sklearn.linear_model", "sklearn.manifold", "sklearn.svm", "matplotlib.figure"),
)
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def set_up(
    experiments: str, threads: int, precision: str, files: Mapping[str, str]
) -> Callable[[], None]:
    """Prepare this process for steps: before torch is imported, so that its pools obey.

    Returns what is to be called after each step.

    Args:
        experiments: the project's folder of experiments.
        threads: how many a step may use on the CPU.
        precision: what it may compute in, as `reportgen.learning.want`.
        files: path → sha256 of the sources, as the plan saw them.

    Raises:
        UsageError: a source was changed since.
    """
    set_environment(threads, precision)
    mount(experiments)
    Planned(files).watch()
    return give_back


def set_environment(threads: int, precision: str) -> None:
    """What a process reads when it begins or imports torch: this one, or those that it starts."""
    # Sets what torch reads when it is imported.
    importlib.import_module("reportgen.learning").want(precision)
    for name, value in MALLOC.items():
        os.environ.setdefault(name, value)
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))


def shared_libraries(workers: int, device: str) -> tuple[str, ...]:
    """What workers that train import, half a gigabyte each; nothing for one worker, or where there
    is an accelerator, which bears no fork."""
    return _LIBRARIES if workers > 1 and device == "cpu" else ()


def give_back() -> None:
    """Hand memory that is free back to the system, where the C library can: a process that waits
    would hold a gigabyte beside one that needs it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def workers(asked: int, trainings: int, device: str) -> int:
    """How many processes to run side by side.

    Args:
        asked: by the settings; 0: whatever fits.
        trainings: how many there are to run.
        device: an accelerator is one for all.
    """
    if asked:
        return asked
    return max(1, min(cores(), trainings)) if device == "cpu" else 1


def memory(workers: int, device: str) -> int | None:
    """The bytes that the trainings of ``workers`` processes may take together, beside their
    libraries and what other steps take.

    1,100 MB each: two workers run 1.2's training beside one of 1.3's, never two of those. Not over
    half of what the libraries of all leave of the machine's. None on a CUDA card, whose memory is
    another.
    """
    if device == "cuda":
        return None
    left = max(0, installed_memory() - workers * _IMPORTS)
    return min(workers * _TRAININGS, left // 2)


def installed_memory() -> int:
    """The machine's memory in bytes, or the container's limit if that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([total, *_limits()])


def _limits() -> Iterator[int]:
    """The limits of this process's control group, version 2 or 1."""
    for path in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            yield int((_GROUP / path).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue


def threads(workers: int) -> int:
    """How many threads each of ``workers`` processes may use."""
    return max(1, cores() // workers)


def cores() -> int:
    """The CPU cores that this process may use, or the share of their time if that is less."""
    bound = hasattr(os, "sched_getaffinity")
    there = len(os.sched_getaffinity(0)) if bound else os.cpu_count() or 1
    return min([there, *_shares()])


def _shares() -> Iterator[int]:
    """The cores whose time this process's control group may take, version 2 or 1."""
    for paths in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            quota, period = " ".join((_GROUP / path).read_text("ascii") for path in paths).split()
            share = int(quota) / int(period)
        except (OSError, ValueError):
            continue  # not there, or "max"
        if share > 0:
            yield max(1, int(share))
