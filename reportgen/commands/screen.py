"""What a build shows while it runs: live bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from reportgen.commands.volume import Volume, volume
from reportgen.engine.work import Event


class Screen(Protocol):
    """Takes the engine's events."""

    def emit(self, event: Event) -> None:
        """Show one event."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear up."""


def screen_for(console: Console, seconds: Mapping[str, float], *, as_json: bool = False) -> Screen:
    """A live screen where the console is a terminal, else plain lines.

    Args:
        console: where to write.
        seconds: each step's estimate, to tell what is worth a line.
        as_json: a line of JSON for each event, for programs.
    """
    if as_json:
        return JsonScreen()
    if volume() is Volume.VERBOSE:
        return PlainScreen(console, {}, everything=True)
    return LiveScreen(console) if console.is_terminal else PlainScreen(console, seconds)


class JsonScreen:
    """A line of JSON for each event."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def emit(self, event: Event) -> None:
        """Print the event."""
        print(json.dumps(event, ensure_ascii=False), flush=True)


class PlainScreen:
    """A line for each step that takes a while, and for each epoch.

    Args:
        console: where to write.
        seconds: each step's estimate.
        everything: a line for every step, those that are taken from the store too.
    """

    def __init__(
        self, console: Console, seconds: Mapping[str, float], *, everything: bool = False
    ) -> None:
        self._console = console
        self._seconds = seconds
        self._everything = everything

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def emit(self, event: Event) -> None:
        """Print the event if it is worth a line."""
        text = _told(event)
        if self._everything:
            text = text or _reused(event)
        elif event["event"] == "started" and self._seconds.get(str(event["step"]), 0.0) < 1.5:
            return
        if text:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class LiveScreen:
    """A bar for each running step, and lines above for what is finished."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}", markup=False),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def emit(self, event: Event) -> None:
        """Move the bars."""
        step, kind = str(event["step"]), event["event"]
        if kind == "started":
            self._tasks[step] = self._progress.add_task(step, total=None, detail="")
        elif kind == "progress" and step in self._tasks:
            done = (event["epoch"] - 1) * event["batches"] + event["batch"]
            total = event["epochs"] * event["batches"]
            self._progress.update(
                self._tasks[step], completed=done, total=total, detail=_progress(event)
            )
        elif kind == "finished" and step in self._tasks:
            self._progress.remove_task(self._tasks.pop(step))
        text = _told(event)
        if text and (kind != "finished" or event["seconds"] >= 1.0) and kind != "started":
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _told(event: Event) -> str:
    step = f"{event['step']:<34}"
    match event["event"]:
        case "started":
            return f"{step} started"
        case "finished":
            return f"{step} done in {duration(float(event['seconds']))}"
        case "epoch":
            return f"{step} epoch {event['epoch']}: {_measured(event)}"
        case "resumed":
            return f"{step} goes on from epoch {event['epoch']}, batch {event['batch']}"
        case "compiled":
            return f"{step} compiled from epoch {event['epoch']} on"
        case "refused":
            return f"{step} checkpoint not used: {event['reason']}"
        case "waiting":
            return f"{step} waits for another build that is making it"
        case "damaged":
            return f"{step} damaged in the store, set aside and made again ({event['what']})"
        case "download":
            return f"{step} {event['what']}"
    return ""


def _reused(event: Event) -> str:
    return f"{event['step']:<34} from the store" if event["event"] == "reused" else ""


def _measured(event: Event) -> str:
    return (
        f"loss {event['train_loss']:.4f} / {event['validation_loss']:.4f}, accuracy "
        f"{event['train_accuracy']:.2%} / {event['validation_accuracy']:.2%} (train / validation)"
    )


def _progress(event: Event) -> str:
    left = (event["epochs"] - event["epoch"] + 1) * event["batches"] - event["batch"]
    seconds = left * event["batch_size"] / event["samples_per_second"]
    return (
        f"epoch {event['epoch']}/{event['epochs']} · {event['samples_per_second']:.0f} images/s · "
        f"loss {event['loss']:.3f} · accuracy {event['accuracy']:.1%} · {duration(seconds)} left"
    )


def duration(seconds: float) -> str:
    """A duration for people: ``0.4 s``, ``38 s``, ``12 min``, ``2 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f} min"
