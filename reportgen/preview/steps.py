"""The steps of a build that runs beside the live page, as its journal tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from reportgen.engine.journal import Journal
from reportgen.engine.store import Store

_MOST = 40
"""So many steps are shown: those at work, then the newest."""

_PAGE = ("layout.", "page.", "report.")
"""The steps that make the PDF, whose state is told by itself."""

_SHOWN = ("started", "finished", "failed", "stopped")


class Steps:
    """What other processes do in a store.

    Args:
        store: where.
        since: a moment in UTC, ISO 8601; what ended before it isn't told.
    """

    def __init__(self, store: Store, since: str) -> None:
        self._store = store
        self._since = since
        self._journal = Journal(store.root / "journal.jsonl")

    def now(self) -> list[dict[str, Any]]:
        """The newest event of each step as ``step``, ``state``, ``detail``; those at work first."""
        newest: dict[str, dict[str, Any]] = {}
        for event in self._journal.events():
            if event["event"] in _SHOWN and not event["step"].startswith(_PAGE):
                newest.pop(event["step"], None)
                newest[event["step"]] = event
        told = [one for event in reversed(newest.values()) for one in self._told(event)]
        return sorted(told, key=lambda one: one["state"] != "running")[:_MOST]

    def _told(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        state = event["event"]
        if state == "started":
            # A killed process writes no last word, but its lock is gone.
            if not self._store.at_work(event["key"]):
                return
            detail = self._progress(event)
            state = "running"
        elif event["time"] < self._since:
            return
        else:
            detail = f"{event['seconds']:.1f} s" if state == "finished" else event["error"]
        yield {"step": event["step"], "state": state, "detail": detail}

    def _progress(self, event: dict[str, Any]) -> str:
        begun = datetime.fromisoformat(event["time"])
        seconds = (datetime.now(UTC) - begun).total_seconds()
        noted = self._store.progress(event["key"], event.get("since", "")) or {}
        epoch = f"epoch {noted['epoch']} of {noted['epochs']}, " if "epochs" in noted else ""
        return f"{epoch}{max(seconds, 0):.0f} s"
