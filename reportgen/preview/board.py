"""The board: the newest word on each topic, sent to every open page and caught up by late ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that a dead connection is noticed."""


class Board:
    """Topics with their newest content; only the event loop's thread may touch it.

    An event's id counts all posts. Whoever comes back with the last id that they saw gets the
    topics that changed since, each once: what a sleeping tab missed between is of no use to it.
    """

    def __init__(self) -> None:
        self._posts: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._closed = False
        self._changed = asyncio.Event()

    def post(self, topic: str, content: Any) -> None:
        """Make ``content``, plain data, the newest of ``topic``; the same again is no news."""
        text = json.dumps(content, ensure_ascii=False)
        if topic in self._posts and self._posts[topic][1] == text:
            return
        self._count += 1
        self._posts[topic] = self._count, text
        self._wake()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self._wake()

    def newest(self, topic: str) -> Any:
        """The newest content of ``topic``; None if there is none yet."""
        return json.loads(self._posts[topic][1]) if topic in self._posts else None

    async def stream(self, seen: int = 0) -> AsyncIterator[str]:
        """Server-sent events, from the topics that changed after the event ``seen`` on."""
        yield "retry: 1000\n\n"
        while not self._closed:
            changed = self._changed
            news = sorted(
                (number, topic, text)
                for topic, (number, text) in self._posts.items()
                if number > seen
            )
            for number, topic, text in news:
                yield f"id: {number}\nevent: {topic}\ndata: {text}\n\n"
                seen = number
            if news:
                continue
            try:
                await asyncio.wait_for(changed.wait(), KEEP_ALIVE)
            except TimeoutError:
                yield ": still here\n\n"

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
