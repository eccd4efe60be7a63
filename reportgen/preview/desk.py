"""The desk: reads what was saved, composes the page, and puts what there is to say on the board."""

from __future__ import annotations

import asyncio
import hashlib
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from reportgen.errors import ReportgenError
from reportgen.preview import places
from reportgen.preview.board import Board
from reportgen.preview.reading import Reading, Source
from reportgen.preview.steps import Steps
from reportgen.preview.watcher import Kind
from reportgen.report import lint
from reportgen.report.manuscript import Manuscript, comments_of
from reportgen.report.renderer import Renderer

T = TypeVar("T")

PAUSE = 0.25
"""Seconds without a save after which the findings are looked for."""

QUIET = 1.0
"""Seconds without a save after which the PDF is set."""

_QUESTIONS = {"unanswered", "draft", "unconfirmed", "other-results"}
"""The findings about a whole answer, which are told by the question."""

PULSE = 2.0
"""Seconds between two looks at the steps of a running build."""


class Desk:
    """Keeps the board true; all of it runs in the event loop, what takes a while in threads.

    Attributes:
        html: the last page that could be composed; empty before the first.
        reading: what was read last; None before the first.
        pdf: the PDF that was set last; None before the first.
    """

    def __init__(
        self,
        source: Source,
        board: Board,
        steps: Steps,
        renderer: Renderer,
        reviewer: Renderer,
    ) -> None:
        self.html = ""
        self.reading: Reading | None = None
        self.pdf: Path | None = None
        self._source = source
        self._board = board
        self._steps = steps
        self._renderer = renderer
        self._reviewer = reviewer
        self._saved = Kind.WORDS | Kind.FACTS | Kind.STEPS
        self._woken = asyncio.Event()
        self._woken.set()
        self._unset = asyncio.Event()
        self._unchecked = asyncio.Event()

    def tell(self, saved: Kind) -> None:
        """Something was saved: what comes while the page is being made is dealt with at once."""
        self._saved |= saved
        self._woken.set()

    async def write(self) -> None:
        """Deal with saves, for ever."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            saved, self._saved = self._saved, Kind(0)
            if saved & (Kind.WORDS | Kind.FACTS):
                await self._update(saved)
            self._board.post("steps", await asyncio.to_thread(self._steps.now))

    async def pulse(self) -> None:
        """Look at a running build's steps again and again, for ever."""
        while True:
            await asyncio.sleep(PULSE)
            if any(one["state"] == "running" for one in self._board.newest("steps") or ()):
                self.tell(Kind.STEPS)

    async def print(self) -> None:
        """Set the PDF behind the page, when the author pauses, for ever."""
        while True:
            await _lull(self._unset, QUIET)
            self._board.post("pdf", {"state": "typesetting"})
            pdf, fault = await self._tried(self._source.typeset)
            if pdf is not None:
                self.pdf = pdf
                self._board.post("pdf", {"state": "ready", "name": pdf.name})
            elif not self._unset.is_set():
                self._board.post("pdf", {"state": "failed", **(fault or {})})

    async def check(self) -> None:
        """Find what is left to do, behind the page and with a renderer of its own, for ever."""
        while True:
            await _lull(self._unchecked, PAUSE)
            found, _ = await self._tried(self._check)
            if found is not None:
                self._board.post("findings", found)

    async def _update(self, saved: Kind) -> None:
        fault = None
        if saved & Kind.FACTS or self.reading is None:
            reading, fault = await self._tried(self._source.read)
            if reading is not None:
                self.reading = reading
                self._board.post("values", _digest(repr(reading.manuscript.values)))
        if self.reading is None or fault is not None:
            self._board.post("fault", fault)
            return
        text = self.reading.manuscript
        html, fault = await self._tried(lambda: self._renderer.render(text.templates, text.context))
        self._board.post("fault", fault)
        if html is not None:
            self.html = html
            # A picture may have changed under its name: the page is fetched all the same.
            self._board.post("page", _digest(f"{html}{saved & Kind.FACTS}{self._pictures(text)}"))
            self._unset.set()
        self._unchecked.set()

    def _pictures(self, text: Manuscript) -> str:
        """When each picture of the author's own was saved."""
        pictures = (
            path
            for folder in text.templates
            for path in sorted(folder.rglob("*"))
            if path.suffix in {".png", ".jpg", ".jpeg", ".svg"}
        )
        return "".join(f"{path}{path.stat().st_mtime_ns}" for path in pictures)

    def _check(self) -> list[dict[str, Any]]:
        assert self.reading is not None
        text = self.reading.manuscript
        text = replace(text, comments=comments_of(text.templates, text.sections))
        found = lint.check(text, self._reviewer).findings
        known = places.ids(self.html)
        titles = {str(one.path): one.title for one in text.comments}
        ordered = sorted(
            [*found, *self.reading.run], key=lambda one: (one.where, one.line or 0, one.code)
        )
        return [
            {
                "code": one.code,
                "severity": one.severity.value,
                "message": one.message,
                "fix": one.fix,
                "place": self._short(one.place),
                "anchor": places.anchor(Path(one.where), one.line, known),
                "question": titles.get(one.where) if one.code in _QUESTIONS else None,
            }
            for one in ordered
        ]

    async def _tried(self, do: Callable[[], T]) -> tuple[T | None, dict[str, Any] | None]:
        """What ``do`` gives, or else the fault to show: whatever happens, the server goes on."""
        try:
            return await asyncio.to_thread(do), None
        except ReportgenError as error:
            place = self._short(str(error.place)) if error.place else None
            return None, {"message": error.message, "place": place, "hint": error.hint}
        except Exception as error:
            traceback.print_exc()
            return None, {
                "message": f"internal error: {type(error).__name__}: {error}",
                "place": None,
                "hint": "nothing is lost; the terminal of `reportgen watch` shows where",
            }

    def _short(self, place: str) -> str:
        return place.removeprefix(f"{self._source.root}/")


async def _lull(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event was set and then wasn't for so long; it is clear afterwards."""
    await event.wait()
    while event.is_set():
        event.clear()
        await asyncio.sleep(seconds)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
