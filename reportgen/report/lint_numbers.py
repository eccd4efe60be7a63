"""Numbers typed by hand: those that no result agrees with, and those that could be expressions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from reportgen.errors import Place
from reportgen.findings import Finding, error, warning
from reportgen.report.comments import Comment
from reportgen.report.filters import FILTERS
from reportgen.report.manuscript import Manuscript
from reportgen.report.numerals import Numeral, Unit, numerals
from reportgen.report.prose import paragraphs
from reportgen.report.values import Value

# How the sizes of images and neighbourhoods are called: no author counts cases by them.
_SIZES = ("height", "width", "channels", "neighbours")
_MOST_OFFERED = 2


@dataclass(frozen=True)
class Candidate:
    """A number that could stand in the text, and the expression for it.

    Attributes:
        term: the expression without its filter.
        filter: its filter.
        amount: the number in the unit of the text: a percentage, not a fraction.
        raw: what the filter takes.
        depth: how deep in lists, or how far derived: what is near is offered first.
    """

    term: str
    filter: str
    amount: float
    raw: float
    depth: int

    def expression(self, numeral: Numeral) -> str:
        """The expression, with as many digits as the author wrote."""
        digits = max(0, -round(math.log10(numeral.step)))
        sized = self.filter in ("pct", "num", "puntos") and digits != 2
        used = f"{self.filter}({digits})" if sized else self.filter
        return f"{{{{ {self.term}{f' | {used}' if used else ''} }}}}"

    @property
    def shown(self) -> str:
        """What it prints."""
        return FILTERS[self.filter](self.raw) if self.filter else str(self.raw)


def number_findings(manuscript: Manuscript) -> list[Finding]:
    """A finding for each number in the prose of a comment that is, or should be, a result.

    A number is held against the results of the experiments that the comment speaks of, rounded to
    as many digits as it has; also against what is left of a share, and against differences in
    percentage points. A number of the experiments' settings may stand as it is.
    """
    return [
        finding
        for comment in manuscript.comments
        for finding in _of_comment(comment, _Scope.of(manuscript, comment))
    ]


def _of_comment(comment: Comment, scope: _Scope) -> Iterator[Finding]:
    for paragraph in paragraphs(comment):
        for numeral in numerals(paragraph.text):
            finding = _finding(numeral, paragraph.place(numeral.start), scope)
            if finding is not None:
                yield finding


def _finding(numeral: Numeral, place: Place, scope: _Scope) -> Finding | None:
    counted = numeral.unit in (Unit.COUNT, Unit.EPOCH)
    if not (numeral.is_precise or counted) or scope.is_setting(numeral):
        return None
    candidates = sorted(scope.candidates(numeral), key=lambda one: one.depth)
    agreeing = [one for one in candidates if numeral.agrees_with(one.amount)]
    if agreeing:
        offered = [one.expression(numeral) for one in agreeing if one.depth < 2][:_MOST_OFFERED]
        return _by_hand(numeral, place, offered) if offered else None
    if numeral.is_precise or (numeral.unit is Unit.EPOCH and numeral.value > scope.epochs > 0):
        return _disagreement(numeral, place, candidates, scope)
    return None  # a small count may be a sum, and any epoch may be spoken of


def _by_hand(numeral: Numeral, place: Place, offered: Sequence[str]) -> Finding:
    return warning(
        "number-by-hand",
        place,
        f"{numeral.text!r} is typed by hand; it will stay when the results change",
        f"write {' or '.join(offered)}",
    )


def _disagreement(
    numeral: Numeral, place: Place, candidates: Sequence[Candidate], scope: _Scope
) -> Finding:
    message = f"{numeral.text!r} agrees with no result of {' or '.join(scope.names)}"
    if numeral.unit is Unit.EPOCH:
        message = f"no training reached epoch {numeral.text}: the longest had {scope.epochs}"
    near = [one for one in candidates if one.depth < 2]
    nearest = min(near, key=lambda one: abs(one.amount - numeral.value), default=None)
    fix = "compute in the expression what is derived, and set in `code` what isn't a result"
    if nearest:
        fix = f"the nearest is {nearest.expression(numeral)}, {nearest.shown}; {fix}"
    return error("number-disagrees", place, message, fix)


@dataclass(frozen=True)
class _Scope:
    """The numbers that a comment may cite.

    Attributes:
        names: the experiments that it speaks of.
        values: their numbers.
        settings: the numbers of their settings.
    """

    names: list[str]
    values: list[Value]
    settings: frozenset[float]

    @classmethod
    def of(cls, manuscript: Manuscript, comment: Comment) -> _Scope:
        names = manuscript.subjects(comment)
        found = [
            value
            for name in names
            for value in manuscript.values
            if value.path[0] == name and _is_number(value.value) and value.path[1] != "figures"
        ]
        settings = [manuscript.settings.get(name, {}) for name in names]
        return cls(names, found, frozenset(_numbers(settings)))

    @property
    def epochs(self) -> int:
        """The length of the longest training."""
        return max((int(v.value) for v in self.values if v.path[-1] == "epoch"), default=0)

    def is_setting(self, numeral: Numeral) -> bool:
        return numeral.unit in (Unit.NONE, Unit.COUNT) and any(
            math.isclose(numeral.value, setting) for setting in self.settings
        )

    def candidates(self, numeral: Numeral) -> Iterator[Candidate]:
        """The numbers of the kind that ``numeral`` is."""
        fractions = [one for one in self.values if one.filter == "pct"]
        if numeral.unit is Unit.PERCENT:
            for one in fractions:
                yield Candidate(one.name, "pct", 100 * one.value, one.value, _depth(one))
                rest = 1 - one.value
                yield Candidate(f"(1 - {one.name})", "pct", 100 * rest, rest, 1 + _depth(one))
        elif numeral.unit is Unit.POINTS:
            for pair in combinations(fractions, 2):
                low, high = sorted(pair, key=lambda one: float(one.value))
                gap, depth = high.value - low.value, _depth(low) + _depth(high)
                term = f"({high.name} - {low.name})"
                yield Candidate(term, "puntos", 100 * gap, gap, depth)
        elif numeral.unit is Unit.EPOCH:
            yield from (_plain(v) for v in self.values if v.path[-1] == "epoch" and not _depth(v))
        elif numeral.unit is Unit.NONE and numeral.step < 1:
            yield from (_plain(v, "num") for v in self.values if isinstance(v.value, float))
        else:
            yield from (
                _plain(v)
                for v in self.values
                if isinstance(v.value, int) and v.path[-1] not in (*_SIZES, "epoch")
            )


def _plain(value: Value, filter: str | None = None) -> Candidate:
    used = value.filter if filter is None else filter
    return Candidate(value.name, used, value.value, value.value, _depth(value))


def _depth(value: Value) -> int:
    return sum(isinstance(key, int) for key in value.path)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(settings: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    return (float(v) for one in settings for v in one.values() if _is_number(v))
