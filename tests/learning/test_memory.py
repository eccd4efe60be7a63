"""Where images lie, with a small accelerator stood in for."""

from __future__ import annotations

import platform
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from reportgen.learning.memory import as_tensor, explained, resident


def test_a_mapped_file_is_shared_not_copied(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.zeros((4, 2, 2, 1), np.uint8))
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tensor = as_tensor(mapped)
    assert tensor.data_ptr() == mapped.ctypes.data
    assert resident(tensor, torch.device("cpu")).data_ptr() == mapped.ctypes.data


@pytest.mark.parametrize(("free", "stays"), [(1000, True), (2000, True), (2100, False)])
def test_a_set_larger_than_half_the_free_memory_stays_on_the_host(
    monkeypatch: pytest.MonkeyPatch, free: int, stays: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free, 20_000))
    moved: list[torch.device] = []
    monkeypatch.setattr(torch.Tensor, "to", lambda self, device: moved.append(device))
    resident(torch.zeros(1024, dtype=torch.uint8), torch.device("cuda"))
    assert moved == ([] if stays else [torch.device("cuda")])


_FREED = """
import torch
from pathlib import Path
from reportgen.learning import device as devices

def held():
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1000

devices.prepare(torch.device("cpu"))
before = held()
blocks = [torch.ones(20 * 10**6) for _ in range(3)]
del blocks
print(held() - before)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="it sets glibc's malloc"
)
def test_memory_that_was_freed_stays_at_hand() -> None:
    """Three blocks of 80 MB; megabytes that the process still holds after them."""
    done = subprocess.run(
        [sys.executable, "-c", _FREED], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) > 200


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError, match="shape"), explained():
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
