"""Definitions by name: ``"module:function"``, so that a step is plain data."""

from __future__ import annotations

import importlib
from typing import Any


def reference_to(definition: Any) -> str:
    """The reference of a module's top-level class or function."""
    return f"{definition.__module__}:{definition.__qualname__}"


def resolve(reference: str) -> Any:
    """The object that a reference names."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
