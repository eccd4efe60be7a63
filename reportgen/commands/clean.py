"""``reportgen clean``: give back the space of what no build needs any more."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from reportgen.commands.options import Request, json_option, tell_json

if TYPE_CHECKING:
    from reportgen.engine.cleaning import Waste
    from reportgen.engine.store import Store
    from reportgen.lab.record import BuildRecord
    from reportgen.project import Project


@click.command()
@click.option(
    "--keep-days",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="N",
    help="Keep what was made in the last N days too.",
)
@click.option("--all", "everything", is_flag=True, help="Remove what the report needs, too.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def clean(keep_days: float, everything: bool, yes: bool, as_json: bool) -> None:
    """Remove what earlier settings and code left in the store, after showing how much it is.

    What the builds that were made here need stays, as they are now, and so does what was
    interrupted in the last two weeks.

    \b
    Examples:
      reportgen clean
      reportgen clean --keep-days 7 --yes
    """
    from reportgen.engine.cleaning import waste
    from reportgen.engine.store import Store
    from reportgen.errors import UsageError
    from reportgen.project import Project

    project = Project.find()
    store = Store(project.store)
    days = 0.0 if everything else keep_days

    def found() -> list[Waste]:
        needed = set() if everything else needed_keys(project, store)
        return list(waste(store, needed, days, everything=everything))

    shown = found()
    if as_json:
        waste_told = [{"kind": one.kind, "path": one.path, "size": one.size} for one in shown]
        tell_json(removed=yes, waste=waste_told)
        if not yes:
            return
    elif not _shown(shown):
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                "nothing was removed", hint="add --yes to remove it without a question"
            )
        click.confirm("Remove it?", abort=True)
    with store.unused() as free:
        if not free:
            raise UsageError(
                "a build is running in this project", hint="wait until it has ended, then clean"
            )
        store.sweep()
        # A build may have ended while the question stood open: what it made is needed by now.
        still = {one.path for one in found()}
        for one in shown:
            if one.path in still:
                one.remove()


def needed_keys(project: Project, store: Store) -> Collection[str]:
    """The keys of all steps of the builds that were made here."""
    from reportgen.lab.record import BuildRecord

    names = [path.stem for path in (store.root / "builds").glob("*.json")]
    records = [BuildRecord.last(project, name) for name in names]
    wanted: Sequence[BuildRecord | None] = records or [None]
    return {key for record in wanted for key in _needed_by(record, project, store)}


def _needed_by(record: BuildRecord | None, project: Project, store: Store) -> Iterator[str]:
    """The keys of a build's steps; of None, those that one without options would have."""
    from reportgen.commands.latest import Latest
    from reportgen.commands.notebooks import notebook_step
    from reportgen.commands.rendered import stored_page
    from reportgen.engine.digest import digest
    from reportgen.engine.plan import State, examine
    from reportgen.lab.outcome import stored_outcome
    from reportgen.lab.page import names_of

    request = Request.again(record) if record else Request((), ())
    loaded = request.load(project)
    report = request.plan(project, loaded)
    statuses = examine(report.plan, store)
    yield from (one.key for one in statuses if one.key)
    if record and all(one.state is State.CACHED for one in statuses):
        latest = Latest(project, record, loaded, stored_outcome(project, report))
        yield from (found.manifest.key for _, found in stored_page(latest) if found)
    # And what they were last made of, where that is still to be made again.
    steps = [step.name for step in report.plan.steps]
    steps += [notebook_step(section.name) for section in report.sections]
    steps += names_of(record.name, report.exports) if record else []
    yield from (digest(memory) for step in steps if (memory := store.remembered(step)))


def _shown(found: Sequence[Waste]) -> bool:
    """Print what could be removed, by kind; whether there is any."""
    ordered = sorted(found, key=lambda one: one.kind)
    for kind, group in groupby(ordered, key=lambda one: one.kind):
        sizes = [one.size for one in group]
        click.echo(f"{sum(sizes) / 1e6:8.1f} MB  {len(sizes)} × {kind}")
    if not found:
        click.echo("nothing to remove")
    return bool(found)
