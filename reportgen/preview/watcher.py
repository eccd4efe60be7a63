"""Saved files: which of them the page hangs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import Flag, auto
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

from reportgen.project import SETTINGS, Project

STEP, DEBOUNCE = 20, 200
"""Milliseconds: a save is told after so much quiet, and after so much noise at the latest."""


class Kind(Flag):
    """What a save can change."""

    WORDS = auto()
    """A comment, template, style or picture."""

    FACTS = auto()
    """The settings, an experiment, or a build that ended."""

    STEPS = auto()
    """A build at work wrote its journal."""


async def watch(
    project: Project, templates: Sequence[Path], tell: Callable[[Kind], None], stop: asyncio.Event
) -> None:
    """Tell of every save that matters, until ``stop`` is set.

    Folders are watched, not files: an editor that writes beside a file and renames is seen.

    Args:
        project: whose settings, experiments and builds are watched.
        templates: the folders of words.
        tell: called in the event loop with what a burst of saves can change.
        stop: ends it.
    """
    builds = project.store / "builds"
    builds.mkdir(parents=True, exist_ok=True)
    whole = [folder for folder in (*templates, project.experiments) if folder.is_dir()]

    async def follow(folders: Sequence[Path], recursive: bool) -> None:
        async for changes in awatch(
            *folders,
            watch_filter=_is_content,
            debounce=DEBOUNCE,
            step=STEP,
            stop_event=stop,
            recursive=recursive,
        ):
            found = Kind(0)
            for _, path in changes:
                found |= kind_of(Path(path), project)
            if found:
                tell(found)

    # Below the project and the store lies too much that doesn't matter.
    await asyncio.gather(
        follow(whole, recursive=True),
        follow([project.root, project.store, builds], recursive=False),
    )


def kind_of(path: Path, project: Project) -> Kind:
    """What a change of ``path`` can change on the page."""
    if path.parent == project.root:
        return Kind.FACTS if path.name == SETTINGS else Kind(0)
    if path.is_relative_to(project.store):
        if path.parent.name == "builds":
            return Kind.FACTS
        return Kind.STEPS if path.name == "journal.jsonl" else Kind(0)
    if path.is_relative_to(project.experiments):
        return Kind.FACTS if path.suffix == ".py" else Kind(0)
    return Kind.WORDS


_ignored = DefaultFilter()


def _is_content(change: Change, path: str) -> bool:
    """Not an editor's own files, nor what appears under another name once it is whole."""
    return not Path(path).name.startswith(".") and _ignored(change, path)
