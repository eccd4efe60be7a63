"""Where torch computes: the device, its precision, its threads, its determinism."""

from __future__ import annotations

import os
import platform
from typing import Any

import torch

from reportgen.errors import RunError, UsageError
from reportgen.learning import PRECISION
from reportgen.learning.memory import keep_freed_memory

KINDS = ("cuda", "mps", "cpu")
NAMES = ("auto", *KINDS)


def choose(name: str) -> torch.device:
    """The device of that name; ``auto`` is the first of cuda, mps, cpu that is there.

    Raises:
        UsageError: an unknown name, or a device that this machine or this torch doesn't have.
        RunError: a CUDA device that is there and can't be used.
    """
    if name == "auto":
        name = next(filter(_is_there, KINDS))
    if name not in KINDS:
        raise UsageError(f"unknown device {name!r}", hint=f"use one of {', '.join(NAMES)}")
    if not _is_there(name):
        raise UsageError(
            f"the device {name!r} isn't available on this machine (torch {torch.__version__})",
            hint=f"use `--device auto`; here it can be: {', '.join(filter(_is_there, KINDS))}",
        )
    return torch.device(name)


def _is_there(kind: str) -> bool:
    if kind == "cuda":
        return torch.cuda.is_available() and _computes(kind)
    return kind == "cpu" or torch.backends.mps.is_available()


def _computes(device: str) -> bool:
    """Whether this torch has kernels for the device; those for older cards are left out of it."""
    try:
        torch.ones(1, device=device).add(1).item()
    except RuntimeError as error:
        if "no kernel image" in str(error):
            return False
        raise RunError(
            f"the device {device!r} is there but can't be used: {str(error).partition(chr(10))[0]}",
            hint="end what else is using it, or use --device cpu",
        ) from error
    return True


def prepare(device: torch.device, *, threads: int | None = None) -> None:
    """Make what follows repeatable on ``device``, with ``threads`` threads on the CPU.

    On an accelerator an operation without a deterministic kernel warns by name and goes on: the
    kernels differ between torch versions, and a training that ends there would help nobody.
    """
    if device.type == "cpu":
        keep_freed_memory()
    if threads is not None:
        torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=device.type != "cpu")
    # It would write NaN over every fresh tensor, to show up reads that nothing here makes.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False  # what is float32 has its 24 bits


def precision(device: torch.device) -> torch.dtype:
    """What products and convolutions are computed in (on a CPU but for the grouped ones of a
    training, `whole_groups`): bfloat16 where the hardware computes it faster, or on CUDA float16
    (which needs a gradient scaler); else float32, as wherever ``REPORTGEN_PRECISION`` says so.

    A CPU gains by its matrix unit (AMX; on two cores a batch of 1.1 takes 1.6 times longer without
    it, of AlexNet 1.3, of ResNet-18 2.1, of EfficientNet-lite0 1.4 times), not by AVX-512's
    bfloat16 alone (0.84, 0.74 and 0.73 times for the first three).
    """
    if os.environ.get(PRECISION) == "float32":
        return torch.float32
    if device.type == "cuda":
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return torch.bfloat16
        return torch.float16
    if device.type == "mps":
        return torch.bfloat16 if torch.backends.mps.is_macos_or_newer(14, 0) else torch.float32
    return torch.bfloat16 if _has_matrix_unit() else torch.float32


def _has_matrix_unit() -> bool:
    known = getattr(torch.cpu, "get_capabilities", None)  # an older torch can't tell
    return known is not None and bool(known().get("amx_bf16"))


def layout(device: torch.device) -> torch.memory_format:
    """How weights and batches lie in memory: channels last, which convolutions like best; on Metal
    channels first, where normalisation and pooling have gone back wrongly from the other
    (pytorch/pytorch#175189, #175190: wrong gradients, or an abort)."""
    return torch.contiguous_format if device.type == "mps" else torch.channels_last


def describe(device: torch.device) -> dict[str, Any]:
    """The device for plan and colophon: kind, name, precision, threads, determinism."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    else:
        name = platform.processor() or platform.machine()
    return {
        "device": device.type,
        "name": name,
        "precision": str(precision(device)).removeprefix("torch."),
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
    }
