"""Training and inference with torch.

The environment is set here because torch reads these variables once, when it is first imported or
when the device starts; a value the person has set stays.
"""

from __future__ import annotations

import os

# Without a fixed workspace cuBLAS sums in an order that changes from run to run.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# The few operations that Metal lacks run on the CPU instead of ending the training.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")

PRECISION = "REPORTGEN_PRECISION"


def want(precision: str) -> None:
    """Let this process, and those that it starts, compute in "float32", or in what the device is
    best at: "auto"."""
    os.environ[PRECISION] = precision
