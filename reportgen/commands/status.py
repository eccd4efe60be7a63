"""``reportgen status``: what each step would cost now, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reportgen.commands.options import Request, plan_options
from reportgen.errors import DataError, ReportgenError

if TYPE_CHECKING:
    from reportgen.lab.report_plan import ReportPlan
    from reportgen.project import Project


@click.command()
@plan_options
@click.option("--json", "as_json", is_flag=True, help="Print the states as JSON.")
@click.option("--verify", is_flag=True, help="Read every stored byte and report damage.")
def status(as_json: bool, verify: bool, **options: Any) -> None:
    """Show each step that isn't cached (with -v: all).

    It is stale, missing, pending, running or interrupted, and comes with the reason; at the end
    stands how many there are of each.

    \b
    Examples:
      reportgen status
      reportgen status --set alexnet.epochs=30
      reportgen -v status --verify
    """
    from rich.console import Console

    from reportgen.commands.planview import show_drifts, show_statuses, workers_of
    from reportgen.commands.volume import Volume, volume
    from reportgen.engine.artifact import Artifact, DamagedArtifact
    from reportgen.engine.plan import State, examine
    from reportgen.engine.store import Store
    from reportgen.project import Project

    project = Project.find()
    request = Request.of(options)
    loaded = request.load(project)
    try:
        report = request.plan(project, loaded)
    except DataError:  # perhaps of a section that was never built
        click.echo(_other_build(project), nl=False, err=True)
        raise
    damaged: list[str] = []
    store = Store(project.store, on_damage=lambda damage: damaged.append(damage.message))
    if verify:
        for key in store.keys():  # noqa: SIM118 - a store is no mapping
            try:
                Artifact.at(store.folder(key)).verify()
            except DamagedArtifact as damage:
                store.set_aside(damage)
    statuses = examine(report.plan, store)
    if as_json:
        steps = [
            {
                "step": one.step.name,
                "state": one.state,
                "key": one.key,
                "changes": [asdict(change) for change in one.changes],
                "waits_for": list(one.waits_for),
                "progress": dict(one.progress),
            }
            for one in statuses
        ]
        click.echo(json.dumps({"steps": steps, "damaged": damaged}, ensure_ascii=False, indent=1))
        return
    console = Console(highlight=False, emoji=False)
    show_statuses(console, statuses, cached=volume() is Volume.VERBOSE)
    precision = loaded.settings.run.precision
    show_drifts(console, statuses, workers_of(loaded, report), precision)
    for what in damaged:
        click.echo(f"damaged, set aside: {what}")
    if store.busy():
        click.echo("a build is at work; `reportgen watch` shows how far it is")
    if all(one.state is State.CACHED for one in statuses):
        click.echo("nothing to run; `reportgen watch` shows the page while you write")
    else:
        click.echo("next: `reportgen build` with the same options runs what isn't cached")
        click.echo(_other_build(project, report), nl=False)


def _other_build(project: Project, report: ReportPlan | None = None) -> str:
    """A line on the last build where its steps, which may all be there, aren't this plan's."""
    from reportgen.lab.planning import kept_plan
    from reportgen.lab.record import BuildRecord
    from reportgen.project import cache

    try:
        record = BuildRecord.last(project)
        last = Request.again(record)
        known = kept_plan(project, last.load(project), last.only, cache())
    except ReportgenError:  # there was none, or it can't be asked for any more
        return ""
    if known is None or (report is not None and known.plan == report.plan):
        return ""
    command = f"reportgen status {last.typed()}".rstrip()
    return f"the last build, {record.name}, was another; to see its steps: {command}\n"
