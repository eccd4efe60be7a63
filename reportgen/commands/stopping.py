"""Ctrl-C and SIGTERM: ask once, wait for what is being saved, then end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from reportgen.errors import ExitCode, Interrupted

GRACE = 8.0
"""Seconds that running steps get to save their state."""

_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


@contextmanager
def stopping(stop: threading.Event, kill: Callable[[], None]) -> Iterator[None]:
    """Within it a first signal sets ``stop``; a second one, or ``GRACE`` seconds, ends at once.

    Args:
        stop: seen by whatever runs, which saves its state.
        kill: ends what doesn't listen.

    Raises:
        Interrupted: with the signal's exit code, in place of the one from inside.
    """
    received: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        if received:
            for one in _CODES:
                signal.signal(one, signal.SIG_IGN)
            kill()
            os._exit(_CODES[signal.Signals(number)])
        received.append(number)
        stop.set()
        signal.setitimer(signal.ITIMER_REAL, GRACE)

    before = {number: signal.signal(number, ask) for number in _CODES}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda *_: kill())
    try:
        yield
        if received:  # too late for what ran, not for what would come next
            raise Interrupted("stopped: what was done is kept, the same command goes on from here")
    except Interrupted as outcome:
        if received:
            outcome.exit_code = _CODES[signal.Signals(received[0])]
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
