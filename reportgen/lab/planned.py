"""First-party modules as they were when the plan was made, or not at all."""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from reportgen.errors import Place, UsageError


class Planned(importlib.abc.MetaPathFinder):
    """Lets a process import only the sources that its steps' keys were made of.

    A step imports when it runs, perhaps hours after the plan: what was edited meanwhile would be
    measured under the key of the earlier text.

    Args:
        files: path → sha256 of every first-party source, as the plan saw them.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def watch(self) -> None:
        """Check what is loaded already, and from now on whatever is imported.

        Raises:
            UsageError: a source was changed.
        """
        for module in list(sys.modules.values()):
            self._check(getattr(module, "__file__", None))
        sys.meta_path[:] = [self, *(one for one in sys.meta_path if not isinstance(one, Planned))]

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's own spec, once its file was compared."""
        if path is None:
            return None  # a package of the project is there before its modules
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            self._check(spec.origin)
        return spec

    def _check(self, file: str | None) -> None:
        wanted = self._files.get(file or "")
        if file is None or wanted is None:
            return
        if hashlib.sha256(Path(file).read_bytes()).hexdigest() != wanted:
            raise UsageError(
                "this source was changed while the build ran",
                place=Place(Path(file)),
                hint="run the same command again: what is done is kept",
            )
