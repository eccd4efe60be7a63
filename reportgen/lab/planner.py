"""The planner: it imports torch and the experiments, and has them declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import create_model

from reportgen.data.sets import RemoteFile
from reportgen.data.source import Source
from reportgen.engine.digest import JSON
from reportgen.engine.plan import Plan
from reportgen.engine.sources import Sources
from reportgen.engine.step import Step
from reportgen.errors import UsageError
from reportgen.lab import cost
from reportgen.lab.declare import Lab
from reportgen.lab.experiment import Experiment, declared, load
from reportgen.lab.located import locate
from reportgen.lab.maker import Maker
from reportgen.lab.report_plan import PAGE, SAMPLE, ReportPlan, Section
from reportgen.learning import compilation, want
from reportgen.learning import device as devices
from reportgen.project import Project
from reportgen.results import Colophon, Deviation, Model
from reportgen.settings import Loaded


@dataclass
class Planner:
    """Makes a plan.

    Attributes:
        project: whose experiments are planned.
        loaded: its settings.
        only: the sections to keep; empty: all.
        cache: the per-user folder of downloads and file digests.
        code: the first-party sources.
    """

    project: Project
    loaded: Loaded
    only: Sequence[str]
    cache: Path
    code: Sources

    def plan(self, profile: str) -> ReportPlan:
        """The plan under ``profile``; raises as `planning.plan_of`."""
        known = load(self.project.experiments)
        sections = {one.section for one in known}
        if wrong := sorted(set(self.only) - sections):
            raise UsageError(
                f"--only {wrong[0]}: there is no such section",
                hint=f"the sections are {', '.join(sorted(sections))}",
            )
        chosen = [one for one in known if not self.only or one.section in self.only]
        datasets = {
            one.name: self.loaded.of_experiment(one.name, one.settings, "full").dataset
            for one in chosen
        }
        sources = locate(sorted(set(datasets.values())), self.project, self.loaded, self.cache)
        run = self.loaded.settings.run
        device = devices.choose(run.device)
        want(run.precision)
        profile = _profile(profile, sources, device.type)
        pace = cost.measured_pace(device.type, threads=1)
        return self._declare(chosen, sources, device.type, profile, pace, len(chosen) < len(known))

    def _declare(
        self,
        experiments: Sequence[Experiment],
        sources: Mapping[str, Source],
        device: str,
        profile: str,
        pace: float,
        partial: bool,
    ) -> ReportPlan:
        steps: list[Step] = []
        sections: list[Section] = []
        exports: dict[str, list[str]] = {}
        earlier: dict[str, Lab] = {}
        weights: dict[str, RemoteFile | None] = {}
        run = self.loaded.settings.run
        if run.seeds > 1 and run.evidence == "none":
            raise UsageError(
                f"{run.seeds} seeds are trained to measure the uncertainty, and evidence is none",
                hint="use --evidence standard, or leave --seeds out",
            )
        for one in experiments:
            settings = self.loaded.of_experiment(one.name, one.settings, profile)
            lab = Lab(
                maker=Maker(one.name, self.code),
                datasets=sources,
                seed=run.seed,
                device=device,
                cache=self.cache,
                pace=pace,
                compiled=run.compile,
                seeds=run.seeds,
                level=run.evidence,
                earlier=dict(earlier),
            )
            tree = declared(one, lab, settings, self.project.experiments)
            earlier[one.name] = lab
            weights |= lab.weights
            collect, files = lab.gather(tree, one.results)
            steps += lab.maker.steps.values()
            exports.update(files)
            available = sources[settings.dataset].samples["train"]
            deviations = [
                _as_measured(change, available) for change in settings.deviations(one.name)
            ]
            sections.append(
                Section(
                    one.name,
                    one.section,
                    collect.name,
                    settings.model_dump(mode="json"),
                    deviations,
                    lab.notes,
                )
            )
        return ReportPlan(
            plan=Plan.of(steps),
            sections=sections,
            exports=exports,
            sources={name: source.as_json() for name, source in sources.items()},
            weights={name: asdict(file) if file else None for name, file in weights.items()},
            device=_described(torch.device(device), compiled=run.compile),
            profile=profile,
            seed=self.loaded.settings.run.seed,
            partial=partial,
            schema=_schema(experiments),
            page_code=self.code.reach(*PAGE),
        )


def _described(device: torch.device, *, compiled: bool) -> dict[str, JSON]:
    return {
        **devices.describe(device),
        "compiled": compilation.told(device, wanted=compiled),
    }


def _as_measured(change: Deviation, available: int) -> dict[str, JSON]:
    """A limit beyond what there is shortens nothing."""
    whole = change.setting.endswith(".train_samples") and change.value >= available
    return {**change.model_dump(mode="json"), "shortens": change.shortens and not whole}


def _schema(experiments: Sequence[Experiment]) -> dict[str, JSON]:
    fields: dict[str, Any] = {one.name: (one.results, ...) for one in experiments}
    model = create_model("Results", __base__=Model, colophon=(Colophon, ...), **fields)
    return model.model_json_schema(mode="serialization")


def _profile(profile: str, sources: Mapping[str, Source], device: str) -> str:
    """What ``auto`` stands for: sample data, else a CPU's measure, else the assignment as it is."""
    if profile != "auto":
        return profile
    if any(source.origin == SAMPLE for source in sources.values()):
        return SAMPLE
    return "laptop" if device == "cpu" else "full"
