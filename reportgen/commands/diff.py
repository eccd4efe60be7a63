"""``reportgen diff``: two runs side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def diff(first: str, second: str, as_json: bool) -> None:
    """Show two runs side by side; each is a run id (its first digits do) or a results.json.

    \b
    Examples:
      reportgen diff 749f 8a31
      reportgen diff results-of-may.json build/results.json
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    runs = [run_of(first), run_of(second)]
    rows = [dict(rows_of(run)) for run in runs]
    names = _merged(*rows)
    if as_json:
        listed = [{"name": n, "first": rows[0].get(n), "second": rows[1].get(n)} for n in names]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    table = Table("", *(run["colophon"]["run_id"][:12] for run in runs), "", box=None)
    for name in names:
        values = [side.get(name, "—") for side in rows]
        mark = "" if values[0] == values[1] else "≠"
        table.add_row(*(Text(cell) for cell in (name, *values, mark)))
    Console(highlight=False).print(table)


def _merged(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """All names; those of ``second`` alone come after what they follow there."""
    merged, place = list(first), 0
    for name in second:
        if name in merged:
            place = merged.index(name) + 1
        else:
            merged.insert(place, name)
            place += 1
    return merged


def run_of(named: str) -> Mapping[str, Any]:
    """The results that ``named`` stands for.

    Raises:
        UsageError: there are none, or more than one run begins so.
    """
    from reportgen.errors import UsageError
    from reportgen.project import Project

    path = Path(named)
    if not path.is_file():
        runs = Project.find().store / "runs"
        found = sorted(runs.glob(f"{named}*.json")) if named.isalnum() else []
        if len(found) != 1:
            known = ", ".join(file.stem[:12] for file in sorted(runs.glob("*.json")))
            raise UsageError(
                f"{named!r} is {'no run' if not found else 'the start of several runs'} "
                "and no results file",
                hint=f"runs of this project: {known or 'none'}",
            )
        path = found[0]
    try:
        run: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        run["colophon"]["run_id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no results of reportgen ({error})") from error
    return run


def rows_of(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is compared, by name: accuracies, best epochs, confusions, durations, settings."""
    colophon = run["colophon"]
    for section, values in run.items():
        if section != "colophon":
            yield from _measured(section, values)
    for section, seconds in colophon["durations"].items():
        yield f"{section} duration", f"{seconds:.0f} s"
    for name in ("profile", "seed", "device", "threads", "git_commit", "resumed"):
        yield name, _plain(colophon[name])
    for name in ("precision", "compiled"):  # older results don't tell
        yield name, _plain(list(colophon.get(name, [])))
    for change in colophon["deviations"]:
        yield change["setting"], _plain(change["value"])
    for dataset in colophon["datasets"]:
        yield f"{dataset['name']} data", f"{dataset['origin']} {dataset['fingerprint'][:12]}"
    for package, versions in colophon["versions"].items():
        yield package, _plain(versions)


def _measured(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        return
    for name, item in value.items():
        if name in ("figures", "drafts"):
            continue
        if name == "pairs":
            for pair in item:
                yield f"{place} {pair['true']} → {pair['predicted']}", str(pair["count"])
        elif name.endswith("accuracy") and isinstance(item, float):
            yield f"{place} {name}", f"{item:.2%}"
        elif name == "epoch":
            yield f"{place} epoch", str(item)
        else:
            yield from _measured(f"{place} {name}", item)


def _plain(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
