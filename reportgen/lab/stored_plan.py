"""A stored plan: what a report's plan was made of, and what becomes of it when that changes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from reportgen.engine.digest import sealed, unsealed
from reportgen.engine.plan import Plan
from reportgen.engine.sources import Sources, module_of
from reportgen.files import write_atomically
from reportgen.lab.experiment import PACKAGE
from reportgen.lab.report_plan import PAGE, ReportPlan


@dataclass(frozen=True)
class StoredPlan:
    """A plan with the sources behind it.

    Attributes:
        report: the plan.
        sources: file → sha256 of all first-party sources: the steps' keys are made of them.
        read: those that were read to make the plan.
    """

    report: ReportPlan
    sources: Mapping[str, str]
    read: Sequence[str]

    @classmethod
    def made(cls, report: ReportPlan, sources: Mapping[str, str]) -> Self:
        """A plan that this process has just made from ``sources``.

        What planning has imported is what it was made of; and beside an experiment lies what the
        experiment may have read.
        """
        read = [
            file
            for file in sources
            if file.startswith(f"{PACKAGE}/") or module_of(file) in sys.modules
        ]
        return cls(report, sources, read)

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """What `save` wrote; None where there is nothing, or not what this version writes."""
        try:
            found = unsealed(path.read_text(encoding="utf-8"))
            return cls(ReportPlan.from_json(found["report"]), found["sources"], found["read"])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def save(self, path: Path) -> None:
        """Keep it."""
        content = {
            "report": self.report.as_json(),
            "sources": dict(self.sources),
            "read": list(self.read),
        }
        write_atomically(path, sealed(content))

    def rekeyed(self, code: Sources, sources: Mapping[str, str]) -> Self | None:
        """The same steps with the keys of today's ``sources``; None where there may be other steps.

        An edit of a figure's style changes what the steps' code is, and nothing that is planned.
        """
        if sources == self.sources:
            return self
        if sources.keys() != self.sources.keys():
            return None
        changed = {file for file in sources if sources[file] != self.sources[file]}
        if not changed.isdisjoint(self.read):
            return None
        modules = set(map(module_of, changed))
        try:
            steps = [
                step
                if modules.isdisjoint(step.code)
                else replace(step, code=code.reach(*step.roots))
                for step in self.report.plan.steps
            ]
            page = self.report.page_code
            page = page if modules.isdisjoint(page) else code.reach(*PAGE)
        except (LookupError, SyntaxError, ValueError):
            return None  # planning it anew tells what is wrong
        report = replace(self.report, plan=Plan.of(steps), page_code=page)
        return replace(self, report=report, sources=sources)
