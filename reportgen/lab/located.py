"""Where a plan's datasets are, on this machine or on the one that measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen.data import catalogue
from reportgen.data.source import Source
from reportgen.errors import DataError
from reportgen.lab import imported
from reportgen.lab.report_plan import SAMPLE
from reportgen.project import Project
from reportgen.settings import Loaded


def locate(
    names: Sequence[str], project: Project, loaded: Loaded, cache: Path
) -> dict[str, Source]:
    """The sources of these datasets; those of an imported run where nothing better is at hand.

    Raises:
        DataError: one can't be had.
    """
    run = loaded.settings.run
    folders = {name: project.root / one.folder for name, one in loaded.settings.datasets.items()}
    root = (project.root / run.data_root) if run.data_root else None
    elsewhere = {} if run.data == SAMPLE else imported.known_sources(project)
    measured = {name: elsewhere[name] for name in names if name in elsewhere}
    try:
        found = catalogue.resolve(
            names, mode=run.data, data_root=root, folders=folders, cache=cache
        )
    except DataError:
        if len(measured) < len(names):
            raise
        return measured
    no_better = any(source.origin == SAMPLE for source in found.values())
    return measured if no_better and len(measured) == len(names) else found
