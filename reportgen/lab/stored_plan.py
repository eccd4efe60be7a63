"""A stored plan: what a report's plan was made of, and what becomes of it when that changes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from reportgen.engine.digest import digest, sealed, unsealed
from reportgen.engine.plan import Plan
from reportgen.engine.sources import Sources
from reportgen.files import write_atomically
from reportgen.lab.experiment import PACKAGE
from reportgen.lab.report_plan import ReportPlan


@dataclass(frozen=True)
class StoredPlan:
    """A plan with the sources behind it.

    Attributes:
        report: the plan.
        fingerprint: of all first-party sources: the steps' keys are made of them.
        read: file → sha256 of those that were read to make the plan.
    """

    report: ReportPlan
    fingerprint: str
    read: Mapping[str, str]

    @classmethod
    def made(cls, report: ReportPlan, code: Sources, digests: Mapping[str, str]) -> Self:
        """A plan that this process has just made, when the sources were as in ``digests``.

        What planning has imported is what it was made of; and beside an experiment lies what the
        experiment may have read.
        """
        imported = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        read = {
            name: sha256
            for name, sha256 in digests.items()
            if _is_experiments(name) or str(code.path(name)) in imported
        }
        return cls(report, digest(dict(digests)), read)

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """What `save` wrote; None where there is nothing, or not what was written."""
        try:
            found = unsealed(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cls(ReportPlan.from_json(found["report"]), found["fingerprint"], found["read"])

    def save(self, path: Path) -> None:
        """Keep it."""
        content = {
            "report": self.report.as_json(),
            "fingerprint": self.fingerprint,
            "read": dict(self.read),
        }
        write_atomically(path, sealed(content))

    def rekeyed(self, code: Sources, digests: Mapping[str, str]) -> Self | None:
        """The same steps with the keys of today's sources; None where there may be other steps.

        An edit of a figure's style changes what the steps' code is, and nothing that is planned.
        """
        now = {
            name: sha256
            for name, sha256 in digests.items()
            if name in self.read or _is_experiments(name)
        }
        if now != self.read:
            return None
        try:
            steps = [replace(step, code=code.reach(*step.roots)) for step in self.report.plan.steps]
        except (LookupError, SyntaxError, ValueError):
            return None  # planning it anew tells what is wrong
        report = replace(self.report, plan=Plan.of(steps))
        return replace(self, report=report, fingerprint=digest(dict(digests)))


def _is_experiments(name: str) -> bool:
    return name.startswith(f"{PACKAGE}/")
