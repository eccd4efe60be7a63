"""From a plan whose steps have run to its results, and to the build folder."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from reportgen.engine.artifact import Artifact
from reportgen.engine.digest import file_digest
from reportgen.engine.plan import State, examine
from reportgen.engine.store import Store
from reportgen.errors import UsageError
from reportgen.files import write_atomically
from reportgen.lab.colophon import colophon_of
from reportgen.lab.report_plan import ReportPlan
from reportgen.project import Project
from reportgen.settings import ReportSettings

RESULTS = "results.json"
SCHEMA = "results.schema.json"
_EXPORTED = ("figures", "predictions")


@dataclass(frozen=True)
class Outcome:
    """A report's measurements, complete.

    Attributes:
        report: the plan.
        artifacts: each step's artifact by name.
        results: what ``results.json`` holds.
    """

    report: ReportPlan
    artifacts: Mapping[str, Artifact]
    results: dict[str, Any]

    @classmethod
    def of(cls, report: ReportPlan, artifacts: Mapping[str, Artifact]) -> Outcome:
        """Gather the sections and write their colophon."""
        results = {one.name: artifacts[one.collect].json() for one in report.sections}
        results["colophon"] = colophon_of(report, artifacts).model_dump(mode="json")
        return cls(report, artifacts, results)

    def about(self, name: str, settings: ReportSettings) -> dict[str, Any]:
        """What stands on the title page: templates know it as ``informe``."""
        colophon = self.results["colophon"]
        return {
            "name": name,
            "title": settings.title,
            "course": settings.course,
            "group": settings.group,
            "teacher": settings.teacher,
            "date": (settings.date or _local_day(colophon["measured"])).isoformat(),
            "draft_reasons": colophon["draft_reasons"],
            "sections": colophon["sections"],
        }

    def exported(self) -> dict[str, tuple[str, str]]:
        """Path below the build folder → (step, file), of all that the data allow."""
        return {
            target: (step, file)
            for target, (step, file) in sorted(self.report.exports.items())
            if file in self.artifacts[step].files
        }

    def publish(self, build: Path) -> None:
        """Write ``results.json``, its schema, and every figure and table of predictions.

        What an earlier build exported and this one doesn't is removed.
        """
        exported = self.exported()
        for folder in _EXPORTED:
            for old in (build / folder).glob("[!.]*"):  # what another build is writing stays
                if f"{folder}/{old.name}" not in exported and old.is_file():
                    old.unlink(missing_ok=True)
        for target, (step, file) in exported.items():
            copy(self.artifacts[step].path(file), build / target)
        self.write_results(build / RESULTS)
        write_atomically(build / SCHEMA, _as_text(self.report.schema))

    def write_results(self, file: Path) -> None:
        """Write the results as ``results.json`` has them."""
        write_atomically(file, self._text)

    @cached_property
    def _text(self) -> str:
        return _as_text(self.results)


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def stored_outcome(project: Project, report: ReportPlan) -> Outcome:
    """The outcome of a plan whose steps are all in the store; nothing is run.

    Raises:
        UsageError: a step was never run, or what it is made of has changed since.
    """
    statuses = examine(report.plan, Store(project.store))
    wanting = [one for one in statuses if one.state is not State.CACHED]
    if wanting:
        first = wanting[0]
        why = f" ({first.changes[0]})" if first.changes else ""
        raise UsageError(
            f"{len(wanting)} of {len(statuses)} steps have no current result; the first is "
            f"{first.step.name}: {first.state}{why}",
            hint="run `reportgen build` with the same options again",
        )
    artifacts = {one.step.name: one.artifact for one in statuses if one.artifact is not None}
    return Outcome.of(report, artifacts)


def _local_day(moment: str) -> datetime.date:
    return datetime.datetime.fromisoformat(moment).astimezone().date()


def copy(source: Path, target: Path) -> None:
    """Copy a file so that it appears whole, unless the same bytes are there."""
    if target.is_file() and file_digest(target) == file_digest(source):
        return
    write_atomically(target, source.read_bytes())
