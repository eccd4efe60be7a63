"""``reportgen show``: every value of the results, with the expression to paste."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reportgen.report.values import Value

_LONGEST = 60  # characters of a text; the JSON has it whole


@click.command()
@click.argument("pattern", default="")
@click.option("--json", "as_json", is_flag=True, help="Print the values as JSON, lists in full.")
def show(pattern: str, as_json: bool) -> None:
    """List the values that a comment may use: expression and present value.

    PATTERN is part of a value's name, or a glob over the whole name. Of a list (the epochs of a
    history, the cells of a matrix) only the first item is shown, and how far the rest goes; a
    PATTERN with a bracket lists every item.

    \b
    Examples:
      reportgen show accuracy
      reportgen show 'transfer.*.accuracy'
      reportgen show 'simple_cnn.history['
    """
    from reportgen.commands.latest import Latest
    from reportgen.report.values import matching, values

    outcome = Latest.find().outcome
    known = values(outcome.results, outcome.report.schema)
    found = matching(known, pattern)
    if not found:
        raise _no_match(pattern, known)
    if as_json:
        listed = [
            {"name": one.name, "expression": one.expression, "shown": one.shown, "value": one.value}
            for one in found
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for line in lines(found, in_full="[" in pattern):
        click.echo(line)


def lines(found: Sequence[Value], *, in_full: bool) -> Iterator[str]:
    """A line a value; of a list, unless ``in_full``, the first item and how far the rest goes."""
    from reportgen.report.values import dotted

    shown = [one for one in found if in_full or not one.is_behind]
    width = max((len(one.expression) for one in shown), default=0)
    hint = ""
    for is_behind, group in groupby(found, key=lambda one: not in_full and one.is_behind):
        if not is_behind:
            yield from (f"{one.expression:<{width}}  {_short(one)}" for one in group)
            continue
        for row, items in groupby(group, key=lambda one: one.row):
            rest = [one for one in items if not isinstance(one.value, str) or one.path[:-1] != row]
            if rest:
                yield f"   … {_reach(rest)}"
                hint = hint or dotted(row)
    if hint:
        yield f"a pattern with a bracket lists every item: reportgen show '{hint}['"


def _reach(values: Sequence[Value]) -> str:
    from reportgen.report.values import dotted

    first, last = (dotted(_up_to_index(one)) for one in (values[0], values[-1]))
    return first if first == last else f"{first} to {last}"


def _up_to_index(value: Value) -> tuple[str | int, ...]:
    last = max(n for n, key in enumerate(value.path) if isinstance(key, int))
    return value.path[: last + 1]


def _short(value: Value) -> str:
    if value.shown is None:
        return "— (no value in this run)"
    text = " ".join(value.shown.split(" "))
    first = text.split("\n", 1)[0]
    return text if len(text) <= _LONGEST and first == text else f"{first[:_LONGEST]}…"


def _no_match(pattern: str, known: Sequence[Value]) -> Exception:
    from reportgen.errors import UsageError
    from reportgen.report.places import did_you_mean

    words = {str(key) for one in known for key in one.path} | {one.name for one in known}
    return UsageError(
        f"no value's name matches {pattern!r}{did_you_mean(pattern, words)}",
        hint="`reportgen show` lists all of them",
    )
