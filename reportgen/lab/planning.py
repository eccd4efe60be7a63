"""From settings to the plan of a report, stored: only a new one imports torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import reportgen
from reportgen.data.sets import WEIGHTS
from reportgen.engine.digest import digest
from reportgen.engine.sources import Sources
from reportgen.errors import UsageError
from reportgen.lab import provenance
from reportgen.lab.experiment import PACKAGE
from reportgen.lab.located import locate
from reportgen.lab.report_plan import ReportPlan
from reportgen.lab.stored_plan import StoredPlan
from reportgen.project import Project
from reportgen.settings import Loaded


def code_of(project: Project) -> Sources:
    """The first-party sources: the package by modules, the project's experiments by definitions."""
    package = Path(reportgen.__file__).parent
    return Sources(whole={"reportgen": package}, fine={PACKAGE: project.experiments})


def plan_of(project: Project, loaded: Loaded, only: Sequence[str], cache: Path) -> ReportPlan:
    """The plan for these settings, the stored one if it holds; a new one is stored.

    Args:
        project: whose experiments are planned.
        loaded: its settings.
        only: the sections to keep; empty: all.
        cache: the per-user folder of downloads and file digests.

    Raises:
        UsageError: a wrong setting, an unknown section, an experiment that can't be loaded.
        DataError: a dataset that can't be had.
    """
    kept = kept_plan(project, loaded, only, cache)
    if kept is not None:
        return kept
    code = code_of(project)
    sources = code.digests()
    report = _planned(project, loaded, only, cache, code)
    StoredPlan.made(report, sources).save(_path(project, loaded, only, cache))
    return report


def planned(project: Project, loaded: Loaded, only: Sequence[str], cache: Path) -> str:
    """The plan as JSON, for the process that asked this one to make it; see `plan_of`."""
    return json.dumps(plan_of(project, loaded, only, cache).as_json())


def kept_plan(
    project: Project, loaded: Loaded, only: Sequence[str], cache: Path
) -> ReportPlan | None:
    """The stored plan with the keys of today's code; None where something that it was made of has
    changed. Nothing of the experiments is imported."""
    code = code_of(project)
    path = _path(project, loaded, only, cache)
    stored = StoredPlan.load(path)
    plan = stored and stored.rekeyed(code, code.digests())
    if plan is None or not _has_its_data(plan.report, project, loaded, cache):
        return None
    if plan is not stored:
        plan.save(path)
    return plan.report


def stored_plan(project: Project, loaded: Loaded, only: Sequence[str], cache: Path) -> ReportPlan:
    """The plan that a build made and stored; nothing of the experiments is imported.

    A process that lives on, and so would keep the experiments' old modules, plans by this.

    Raises:
        UsageError: something that it depends on has changed since, or nothing was built.
    """
    stored = StoredPlan.load(_path(project, loaded, only, cache))
    if (
        stored is None
        or stored.sources != code_of(project).digests()
        or not _has_its_data(stored.report, project, loaded, cache)
    ):
        raise UsageError(
            "the settings, the experiments or their data have changed since the last build",
            hint="run `reportgen build` with the same options again",
        )
    return stored.report


def _planned(
    project: Project, loaded: Loaded, only: Sequence[str], cache: Path, code: Sources
) -> ReportPlan:
    from reportgen.lab.planner import Planner  # torch, which nothing else here needs

    try:
        return Planner(project, loaded, only, cache, code).plan(loaded.settings.run.profile)
    except UsageError as error:  # a value that only its experiment can judge
        raise loaded.origin.placed(error) from None


def _path(project: Project, loaded: Loaded, only: Sequence[str], cache: Path) -> Path:
    """Where the plan is stored: named after all that it depends on but the data and the code."""
    asked = {
        # The data root and the workers decide nothing here: what is there is compared below.
        "settings": loaded.settings.model_dump(
            mode="json",
            exclude={"report": True, "submission": True, "run": {"data_root", "workers"}},
        ),
        "cache": str(cache),
        "weights": sorted(path.name for path in (cache / WEIGHTS).glob("*.pth")),
        "only": sorted(only),
        "hardware": provenance.hardware_hint(),
    }
    return project.store / "plans" / f"{digest(asked)}.json"


def _has_its_data(report: ReportPlan, project: Project, loaded: Loaded, cache: Path) -> bool:
    """Whether the data are still where and what they were."""
    found = locate(list(report.sources), project, loaded, cache)
    return {name: source.as_json() for name, source in found.items()} == report.sources
