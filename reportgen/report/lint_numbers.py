"""Numbers typed by hand: those that no result agrees with, and those that could be expressions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from itertools import combinations, groupby
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
# What is counted may stand without its noun.
_COUNTS = (Unit.NONE, Unit.COUNT)


class Rank(IntEnum):
    """How likely it is that an author meant a number; what is incidental is never offered."""

    SCALAR = auto()
    ITEM = auto()
    DERIVED = auto()
    INCIDENTAL = auto()


@dataclass(frozen=True)
class Candidate:
    """A number that could stand in the text, and the expression for it.

    Attributes:
        rank: what is likelier is offered first.
        term: the expression without its filter.
        filter: its filter.
        raw: what the filter takes.
        amount: the same in the unit of the text: a percentage, not a fraction.
    """

    rank: Rank
    term: str
    filter: str
    raw: float
    amount: float

    def expression(self, numeral: Numeral) -> str:
        """The expression, with as many digits as the author wrote."""
        digits = self._digits(numeral)
        used = f"{self.filter}({digits})" if digits not in (None, 2) else self.filter
        return f"{{{{ {self.term}{f' | {used}' if used else ''} }}}}"

    def shown(self, numeral: Numeral) -> str:
        """What that expression prints."""
        if not self.filter:
            return str(self.raw)
        digits = self._digits(numeral)
        return FILTERS[self.filter](self.raw, *([] if digits is None else [digits]))

    def _digits(self, numeral: Numeral) -> int | None:
        """Those behind the author's comma; None where the filter has none."""
        sized = self.filter in ("pct", "num", "puntos")
        return max(0, -round(math.log10(numeral.step))) if sized else None


def number_findings(manuscript: Manuscript) -> list[Finding]:
    """A finding for each number in the prose of a comment that is, or should be, a result.

    A number is held against the results of the experiments that the comment speaks of, rounded to
    as many digits as it has; also against what is left of a share, the shares of a matrix' rows,
    and differences in percentage points. Numbers of the experiments' settings and those that their
    draft sentences derived may stand as they are.
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
    candidates = list(scope.candidates(numeral))
    agreeing = [one for one in candidates if numeral.agrees_with(one.amount)]
    if agreeing:
        rank = min(one.rank for one in agreeing)
        likeliest = [one.expression(numeral) for one in agreeing if one.rank is rank]
        return _by_hand(numeral, place, likeliest) if rank is not Rank.INCIDENTAL else None
    if numeral.is_precise or (numeral.unit is Unit.EPOCH and numeral.value > scope.epochs > 0):
        return _disagreement(numeral, place, candidates, scope)
    return None  # a small count may be a sum, and any epoch may be spoken of


def _by_hand(numeral: Numeral, place: Place, expressions: Sequence[str]) -> Finding:
    return warning(
        "number-by-hand",
        place,
        f"'{numeral.text}' is typed by hand; it will stay when the results change",
        f"write {' or '.join(expressions[:_MOST_OFFERED])}",
    )


def _disagreement(
    numeral: Numeral, place: Place, candidates: Sequence[Candidate], scope: _Scope
) -> Finding:
    message = f"'{numeral.text}' agrees with no result of {' or '.join(scope.names)}"
    if numeral.unit is Unit.EPOCH:
        message = f"no training reached epoch {numeral.text}: the longest had {scope.epochs}"
    near = [one for one in candidates if one.rank <= Rank.ITEM]
    nearest = min(near, key=lambda one: abs(one.amount - numeral.value), default=None)
    fix = "compute in the expression what is derived, and set in `code` what isn't a result"
    if nearest:
        fix = f"the nearest is {nearest.expression(numeral)}, {nearest.shown(numeral)}; {fix}"
    return error("number-disagrees", place, message, fix)


@dataclass(frozen=True)
class _Scope:
    """The numbers that a comment may cite.

    Attributes:
        names: the experiments that it speaks of.
        values: their numbers.
        settings: the numbers of their settings.
        drafted: the numbers of their draft sentences, which their rules derived.
    """

    names: list[str]
    values: list[Value]
    settings: frozenset[float]
    drafted: list[Numeral]

    @classmethod
    def of(cls, manuscript: Manuscript, comment: Comment) -> _Scope:
        names = manuscript.subjects(comment)
        known = [value for name in names for value in manuscript.values if value.path[0] == name]
        found = [v for v in known if _is_number(v.value) and v.path[1] != "figures"]
        settings = [manuscript.settings.get(name, {}) for name in names]
        drafts = [v.value for v in known if v.path[1] == "drafts" and isinstance(v.value, str)]
        drafted = [numeral for sentence in drafts for numeral in numerals(sentence)]
        return cls(names, found, frozenset(_numbers(settings)), drafted)

    @property
    def epochs(self) -> int:
        """The length of the longest training."""
        return max((int(one.value) for one in self._named("epoch")), default=0)

    def is_setting(self, numeral: Numeral) -> bool:
        return numeral.unit in _COUNTS and any(
            math.isclose(numeral.value, setting) for setting in self.settings
        )

    def candidates(self, numeral: Numeral) -> Iterator[Candidate]:
        """The numbers of the kind that ``numeral`` is."""
        if numeral.unit is Unit.PERCENT:
            yield from self._shares()
        elif numeral.unit is Unit.POINTS:
            yield from self._differences()
        elif numeral.unit is Unit.EPOCH:
            yield from map(_plain, (one for one in self._named("epoch") if _depth(one) == 0))
        elif numeral.unit is Unit.NONE and numeral.step < 1:
            yield from (_plain(one, "num") for one in self.values if isinstance(one.value, float))
        else:
            counts = (one for one in self.values if isinstance(one.value, int))
            yield from (_plain(one) for one in counts if one.path[-1] not in (*_SIZES, "epoch"))
        alike = {numeral.unit, *(_COUNTS if numeral.unit in _COUNTS else ())}
        drafted = (one for one in self.drafted if one.unit in alike)
        yield from (Candidate(Rank.INCIDENTAL, "", "", one.value, one.value) for one in drafted)

    def _named(self, name: str) -> Iterator[Value]:
        return (one for one in self.values if one.path[-1] == name)

    def _shares(self) -> Iterator[Candidate]:
        """Fractions, what is left of them, and the cells of matrices as shares of their rows."""
        for one in self.values:
            if isinstance(one.value, float):
                rank = _rank(one) if one.filter == "pct" else _derived(_depth(one))
                yield Candidate(rank, one.name, "pct", one.value, 100 * one.value)
            if one.filter == "pct":
                rank, rest = _derived(_depth(one)), 1 - one.value
                yield Candidate(rank, f"(1 - {one.name})", "pct", rest, 100 * rest)
        for _, row in groupby(self.values, key=lambda one: one.path[:-1]):
            cells = [one.value for one in row if _depth(one) == 2 and isinstance(one.value, int)]
            for cell in cells if sum(cells) else []:
                share = cell / sum(cells)
                yield Candidate(Rank.INCIDENTAL, "", "pct", share, 100 * share)

    def _differences(self) -> Iterator[Candidate]:
        for pair in combinations([one for one in self.values if one.filter == "pct"], 2):
            low, high = sorted(pair, key=lambda one: float(one.value))
            gap = high.value - low.value
            rank = _derived(_depth(low) + _depth(high))
            yield Candidate(rank, f"({high.name} - {low.name})", "puntos", gap, 100 * gap)


def _plain(value: Value, filter: str | None = None) -> Candidate:
    used = value.filter if filter is None else filter
    return Candidate(_rank(value), value.name, used, value.value, value.value)


def _depth(value: Value) -> int:
    return sum(isinstance(key, int) for key in value.path)


def _rank(value: Value) -> Rank:
    return (Rank.SCALAR, Rank.ITEM, Rank.INCIDENTAL)[min(_depth(value), 2)]


def _derived(depth: int) -> Rank:
    return Rank.DERIVED if depth < 2 else Rank.INCIDENTAL


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(settings: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    return (float(v) for one in settings for v in one.values() if _is_number(v))
