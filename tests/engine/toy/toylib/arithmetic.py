"""What the steps have in common."""

from __future__ import annotations

PRIME = 1_000_003


def folded(value: int) -> int:
    """Keep numbers small."""
    return value % PRIME
