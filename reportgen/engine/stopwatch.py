"""How long a step took in all, whatever interrupted it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from reportgen.engine.store import now
from reportgen.files import write_atomically

_FILE = "stopwatch.json"


class Stopwatch:
    """Runs from the step's first start, over interruptions; what a killed process did after its
    last `note` is lost with it.

    Args:
        partial: the folder that survives an interruption.
    """

    def __init__(self, partial: Path) -> None:
        self._file = partial / _FILE
        self._begun = time.perf_counter()
        self.started, self._before = now(), 0.0
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8"))
            self.started, self._before = str(noted["started"]), float(noted["seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # it runs for the first time

    @property
    def seconds(self) -> float:
        """So far."""
        return round(self._before + time.perf_counter() - self._begun, 3)

    def note(self) -> None:
        """Keep the time so far for whoever goes on."""
        noted = {"started": self.started, "seconds": self.seconds}
        write_atomically(self._file, json.dumps(noted))
