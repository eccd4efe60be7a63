"""Images between numpy, the host and the device, and what to say when memory runs out."""

from __future__ import annotations

import ctypes
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from reportgen.errors import RunError

_MALLOPT = {-4: 0, -1: -1, 1: 0}  # M_MMAP_MAX, M_TRIM_THRESHOLD and M_MXFAST of malloc.h


def keep_freed_memory() -> None:
    """Let this process reuse what each batch frees, instead of handing it back to the system, which
    gives it again zeroed, a page at a time (see mallopt(3)).

    Of EfficientNet-lite0's batch of 16 images at 224 pixels the system takes 0.2 to 0.6 s of 1.5 s
    else, on one core. `give_back` of `reportgen.lab.machine` hands back what is free after each
    step.

    Nor does it cache small blocks (M_MXFAST here, the other cache in `MALLOC` of that module): what
    lies in a cache between two free places keeps them apart, and a tensor finds room in neither.

    Where the C library isn't glibc there is nothing to set.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for parameter, value in _MALLOPT.items():
            mallopt(parameter, value)


def as_tensor(array: NDArray[Any]) -> Tensor:
    """The array as a tensor that shares its memory, or its file where it is memory-mapped."""
    with warnings.catch_warnings():
        # torch can't mark a tensor read-only and warns; nothing here writes to the images.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


def resident(values: Tensor, device: torch.device) -> Tensor:
    """``values`` on the device, or on the host where they would fill over half of what is free.

    On Metal also where they are over 2³¹ in number: rows chosen of so many have come out empty
    (pytorch/pytorch#188756). On a CPU they stay where they are: a memory-mapped set is read by the
    page.
    """
    if device.type == "cuda" and values.nbytes > torch.cuda.mem_get_info(device)[0] // 2:
        return values
    if device.type == "mps" and values.numel() >= 2**31:
        return values
    return values.to(device)


@contextmanager
def explained() -> Iterator[None]:
    """Turn memory that ran out into one error that says what to change.

    Raises:
        RunError: the device or the host had no memory left.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _out_of_memory(error):
            raise
        raise RunError(
            f"memory ran out: {str(error).splitlines()[0] if str(error) else 'no more to be had'}",
            hint="use a smaller batch (--set <experiment>.batch_size=…), smaller images, "
            "or --device cpu",
        ) from error


def _out_of_memory(error: BaseException) -> bool:
    """CUDA has its own class; the CPU's allocator and Metal raise a bare RuntimeError."""
    known = ("can't allocate memory", "not enough memory", "out of memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(
        words in str(error) for words in known
    )
