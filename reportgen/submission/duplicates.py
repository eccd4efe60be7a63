"""What several submissions have in common and should not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportgen.findings import Finding, warning
from reportgen.submission.findings import listed
from reportgen.submission.names import folded


@dataclass(frozen=True)
class Traces:
    """By what one submission is compared with others: sha256 of files, digests of code.

    ``owner`` is equal for submissions of one person, which are never compared.
    """

    source: str
    owner: str
    name: str | None
    package: str | None = None
    pdfs: frozenset[str] = frozenset()
    notebooks: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()


_COMPARED: tuple[tuple[str, str, Callable[[Traces], Iterable[str]]], ...] = (
    ("duplicate-zip", "the same zip", lambda t: [t.package] if t.package else []),
    ("duplicate-pdf", "the same PDF", lambda t: t.pdfs),
    ("duplicate-notebook", "the same notebook", lambda t: t.notebooks),
    (
        "near-duplicate-notebook",
        "a notebook whose code differs in comments and layout only",
        lambda t: t.code,
    ),
    ("name-taken", "the same name", lambda t: [folded(t.name)] if t.name else []),
)


def duplicates(traces: Sequence[Traces]) -> list[list[Finding]]:
    """For each submission, what it shares with those of others; one finding a kind."""
    findings: list[list[Finding]] = [[] for _ in traces]
    for code, what, marks in _COMPARED:
        holders: dict[str, set[int]] = defaultdict(set)
        for number, trace in enumerate(traces):
            for mark in marks(trace):
                holders[mark].add(number)
        for number, trace in enumerate(traces):
            sharing = {other for mark in marks(trace) for other in holders[mark]}
            others = [traces[n].source for n in sorted(sharing) if traces[n].owner != trace.owner]
            if others and not _is_implied(code, findings[number]):
                findings[number].append(
                    warning(
                        code, trace.source, f"{what} as in {listed(others)}", "ask both authors"
                    )
                )
    return findings


def _is_implied(code: str, found: list[Finding]) -> bool:
    """Whether a stronger finding says the same: an equal zip has equal notebooks."""
    stronger = {
        "duplicate-pdf": {"duplicate-zip"},
        "duplicate-notebook": {"duplicate-zip"},
        "near-duplicate-notebook": {"duplicate-zip", "duplicate-notebook"},
        "name-taken": {"duplicate-zip"},
    }
    return any(finding.code in stronger.get(code, ()) for finding in found)
