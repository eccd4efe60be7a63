"""The journal: an append-only line of JSON for everything that happened to a step."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

_FIELDS = {"time", "pid", "event", "step", "key"}


class Journal:
    """Appends to ``journal.jsonl``; one ``write`` a line, so that processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, event: str, step: str, key: str, **details: Any) -> None:
        """Append one event (started, finished, reused, failed, stopped) with its time in UTC."""
        line = json.dumps(
            {
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "pid": os.getpid(),
                "event": event,
                "step": step,
                "key": key,
                **details,
            }
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab", buffering=0) as stream:
            # A line break on either side: a line that was cut short spoils no other.
            stream.write(b"\n" + line.encode() + b"\n")

    def events(self) -> list[dict[str, Any]]:
        """All events, oldest first; a line that was cut short or damaged is passed over."""
        if not self.path.exists():
            return []
        events = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and event.keys() >= _FIELDS:
                events.append(event)
        return events
