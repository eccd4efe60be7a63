"""The plan as a person reads it before anything runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reportgen.commands.screen import duration
from reportgen.engine.plan import State, Status
from reportgen.lab import machine, provenance
from reportgen.lab.report_plan import ReportPlan, Section
from reportgen.settings import Loaded

_MOST = 4  # names of steps in a line
_ORIGINS = {"data-root": "from disk", "download": "download", "sample": "SAMPLE"}


def show_plan(
    console: Console, report: ReportPlan, statuses: Sequence[Status], workers: int
) -> None:
    """Print what will run: data, device, epochs, what is cached, how long it will take."""
    table = Table("section", "dataset", "images", "epochs", "steps", "estimate", box=None)
    for section in report.sections:
        own = [one for one in statuses if one.step.name.startswith(f"{section.name}.")]
        source = report.sources[str(section.settings["dataset"])]
        table.add_row(
            *(Text(cell) for cell in _cells(section, own, source)),
        )
    console.print(table)
    device = report.device
    how = filter(None, (device["name"], device["precision"], device["compiled"]))
    console.print(
        f"device {device['device']} ({', '.join(map(str, how))}), {workers} "
        f"{'process' if workers == 1 else 'processes'}; profile {report.profile}; "
        f"seed {report.seed}",
        markup=False,
        highlight=False,
    )
    for source in report.sources.values():
        skipped = source["skipped"]
        files = "1 file" if len(skipped) == 1 else f"{len(skipped)} files"
        note = f"; {files} skipped: {', '.join(skipped[:3])}" if skipped else ""
        _line(console, f"{source['dataset']}: {source['location']}{note}")
    for section in report.sections:
        for note in section.notes:
            _line(console, f"{section.number}, as the report will note: {note}")
        for change in section.deviations:
            _line(
                console,
                f"{change['setting']} = {_shown(change['value'])} "
                f"(the assignment: {_shown(change['full'])})",
            )
    if any(source["origin"] == "sample" for source in report.sources.values()):
        _line(console, "samples stand in for real data; `reportgen doctor` says what is at hand")
    for reason in report.draft_reasons:
        _line(console, f"every page will say: {reason}")
    left = [one.step.seconds for one in statuses if one.state is not State.CACHED]
    if left:
        beside = f", {workers} steps at a time" if workers > 1 else ""
        _line(console, f"in all about {duration(max(sum(left) / workers, *left))}{beside}")
    else:
        _line(console, "nothing to measure: all of it is stored")


def _cells(
    section: Section, statuses: Sequence[Status], source: Mapping[str, Any]
) -> tuple[str, ...]:
    samples = source["samples"]
    train = min(samples["train"], section.settings.get("train_samples") or samples["train"])
    cached = sum(one.state is State.CACHED for one in statuses)
    return (
        f"{section.number} {section.name}",
        f"{source['dataset']}, {_ORIGINS[source['origin']]}",
        f"{train} + {samples['validation']}",
        str(section.settings.get("epochs", "—")),
        f"{cached} of {len(statuses)} cached",
        duration(_seconds(statuses)),
    )


def _seconds(statuses: Sequence[Status]) -> float:
    return sum(one.step.seconds for one in statuses if one.state is not State.CACHED)


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def workers_of(loaded: Loaded, report: ReportPlan) -> int:
    """How many processes will run the plan's steps."""
    trainings = sum(step.function.endswith(":train") for step in report.plan.steps)
    return machine.workers(loaded.settings.run.workers, trainings, report.device["device"])


def show_drifts(console: Console, statuses: Sequence[Status], workers: int, precision: str) -> None:
    """Warn of what is cached but was made with other versions, on another device or in halves."""
    found = provenance.drifts(statuses, machine.threads(workers), precision)
    for drift in found:
        _line(console, f"warning: {drift}")
    if found:
        _line(console, "  they are kept; `reportgen build --fresh …` makes everything anew")


def show_statuses(console: Console, statuses: Sequence[Status], *, cached: bool = True) -> None:
    """Print each step with its state and the reasons for it, then how many there are of each.

    Args:
        console: where to print.
        statuses: the steps.
        cached: those that cost nothing, too.
    """
    for one in statuses:
        if one.state is State.CACHED and not cached:
            continue
        _line(console, f"{one.state:<12}{one.step.name}{_progress(one)}")
        for change in one.changes:
            _line(console, f"{'':<14}{change}")
        if one.waits_for:
            _line(console, f"{'':<14}waits for {_some(one.waits_for)}")

    counts = Counter(one.state.value for one in statuses)
    _line(console, f"{len(statuses)} steps: {', '.join(f'{n} {s}' for s, n in counts.items())}")


def _some(names: Sequence[str]) -> str:
    """What gathers a whole section waits for dozens; ``--json`` has them all."""
    rest = len(names) - _MOST
    return ", ".join(names) if rest < 2 else f"{', '.join(names[:_MOST])} and {rest} more"


def _shown(value: object) -> str:
    return "all" if value is None else str(value)


def _progress(status: Status) -> str:
    if not status.progress:
        return ""
    noted = dict(status.progress)
    totals = {name: f" of {noted.pop(f'{name}s')}" for name in list(noted) if f"{name}s" in noted}
    return " at " + ", ".join(f"{name} {noted[name]}{totals.get(name, '')}" for name in noted)
