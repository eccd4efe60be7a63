"""Training and inference with torch.

The environment is set here because torch reads these variables once, when it is first imported or
when the device starts; a value the person has set stays.
"""

from __future__ import annotations

import os

# Spinning OpenMP threads make two busy processes twice as slow as one thread would be.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Without a fixed workspace cuBLAS sums in an order that changes from run to run.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# The few operations that Metal lacks run on the CPU instead of ending the training.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
