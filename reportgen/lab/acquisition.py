"""Downloads: what a plan still lacks, fetched before anything trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.data import download
from reportgen.data.https import fetch_file
from reportgen.data.sets import WEIGHTS, RemoteFile
from reportgen.data.source import Source
from reportgen.lab.report_plan import ReportPlan
from reportgen.project import cache

if TYPE_CHECKING:
    from rich.console import Console


def fetch(report: ReportPlan, console: Console) -> None:
    """Download the datasets and weights that aren't on this machine yet.

    Raises:
        DataError: one can't be had, or isn't what was pinned.
    """
    from rich.progress import Progress

    with Progress(console=console, transient=True) as bars:
        tasks = {}

        def tell(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        for source in report.sources.values():
            if source["origin"] == "download":
                download.fetch(
                    Source(**{**source, "skipped": tuple(source["skipped"])}), cache(), tell
                )
        for weights in filter(None, report.weights.values()):
            fetch_file(RemoteFile(**weights), cache() / WEIGHTS, tell)
