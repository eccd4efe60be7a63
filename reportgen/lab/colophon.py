"""The colophon: how the measurements were made, told by their own manifests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from reportgen.data.sets import title
from reportgen.data.source import Source
from reportgen.engine.artifact import Artifact
from reportgen.engine.digest import digest
from reportgen.engine.step import Step
from reportgen.lab.report_plan import ReportPlan
from reportgen.results import Colophon, DatasetRecord, Deviation, measurements

_WORDED = {"drafting", "listing", "collect"}


def colophon_of(report: ReportPlan, artifacts: Mapping[str, Artifact]) -> Colophon:
    """The colophon of a report whose steps have all run; nothing in it depends on today.

    Steps that draw or word have no part in it: they measure nothing, and what only looks
    different is no other measurement.

    Args:
        report: the plan.
        artifacts: each step's artifact by its name.
    """
    provenances = {
        step.name: artifacts[step.name].manifest.provenance
        for step in report.plan.steps
        if _measures(step)
    }
    made = list(provenances.values())
    versions = sorted({name for one in made for name in one.get("versions", {})})
    return Colophon(
        run_id=run_id(report, artifacts),
        measured=max((str(one["started"]) for one in made), key=datetime.fromisoformat),
        seed=report.seed,
        profile=report.profile,
        deviations=[Deviation(**change) for one in report.sections for change in one.deviations],
        notes=[note for one in report.sections for note in one.notes],
        device=_distinct(
            device
            for one in made
            for device, _ in one.get("places", [[one["circumstances"].get("device"), ""]])
        ),
        precision=_distinct(precision for one in made for _, precision in one.get("places", [])),
        threads=sorted({int(one["threads"]) for one in made if one.get("threads")}),
        versions={
            name: _distinct(one.get("versions", {}).get(name) for one in made) for name in versions
        },
        git_commit=_distinct(one.get("git_commit") for one in made),
        datasets=[_dataset(source) for source in report.sources.values()],
        forward={
            section.name: one["forward_seconds"]
            for section in report.sections
            for name, one in provenances.items()
            if name.startswith(f"{section.name}.") and "forward_seconds" in one
        },
        durations={
            section.name: _duration(section.name, provenances) for section in report.sections
        },
        resumed=sorted(name for name, one in provenances.items() if one.get("resumed")),
        compiled={
            name: since for name, one in provenances.items() if (since := one.get("compiled"))
        },
        sections=[section.number for section in report.sections],
        draft_reasons=report.draft_reasons,
    )


def run_id(report: ReportPlan, artifacts: Mapping[str, Artifact]) -> str:
    """The digest of the measurements alone: equal wherever and whenever they were made."""
    measured = {}
    for section in report.sections:
        values = artifacts[section.collect].json()
        measured[section.name] = measurements(values)
    return digest(measured)


def _measures(step: Step) -> bool:
    package, _, module = step.function.partition(":")[0].rpartition(".")
    return package != "reportgen.lab" or not (module in _WORDED or module.endswith("drawing"))


def _distinct(values: Iterable[Any]) -> list[str]:
    return sorted({str(value) for value in values if value})


def _duration(experiment: str, provenances: Mapping[str, Mapping[str, Any]]) -> float:
    own = [one for name, one in provenances.items() if name.startswith(f"{experiment}.")]
    return round(sum(float(one["seconds"]) for one in own), 1)


def _dataset(source: Mapping[str, Any]) -> DatasetRecord:
    return DatasetRecord(
        name=source["dataset"],
        title=title(Source(**source)),
        origin=source["origin"],
        source=source["format"],
        fingerprint=source["fingerprint"],
        credit=source["credit"],
        skipped=list(source["skipped"]),
    )
