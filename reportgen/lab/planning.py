"""From settings to the plan of a report, stored: only a new one imports torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import create_model

import reportgen
from reportgen.data import catalogue
from reportgen.data.sets import is_part, title
from reportgen.data.source import Source
from reportgen.engine.digest import JSON, digest, sealed, unsealed
from reportgen.engine.plan import Plan
from reportgen.engine.sources import Sources
from reportgen.engine.step import Step
from reportgen.errors import DataError, UsageError
from reportgen.files import write_atomically
from reportgen.lab import imported, provenance
from reportgen.lab.experiment import PACKAGE, Experiment
from reportgen.project import Project
from reportgen.results import DRAFT, INCOMPLETE, SHORTENED, Colophon, Deviation, Model
from reportgen.settings import Loaded

SAMPLE = "sample"


@dataclass(frozen=True)
class Section:
    """One experiment of a planned report.

    Attributes:
        name: its key in the results.
        number: the assignment's number.
        collect: the step that gathers its results.
        settings: its settings, resolved.
        deviations: how they differ from the profile ``full`` (`results.Deviation`).
        notes: choices that were made for the author, in words.
    """

    name: str
    number: str
    collect: str
    settings: dict[str, JSON]
    deviations: list[dict[str, JSON]]
    notes: list[str]


@dataclass(frozen=True)
class ReportPlan:
    """Everything that a build will do before the page is set.

    Attributes:
        plan: the steps.
        sections: the experiments, in the assignment's order.
        exports: path below the build folder → (step, file).
        sources: the datasets by name (`data.source.Source`).
        weights: the backbones whose pretrained weights are used.
        device: where torch computes, and its name.
        profile: the profile that ``auto`` stood for.
        seed: of all that is random.
        partial: whether sections of the assignment were left out.
        schema: the JSON schema of ``results.json``.
    """

    plan: Plan
    sections: list[Section]
    exports: dict[str, list[str]]
    sources: dict[str, dict[str, JSON]]
    weights: list[str]
    device: dict[str, JSON]
    profile: str
    seed: int
    partial: bool
    schema: dict[str, JSON]

    def as_json(self) -> dict[str, JSON]:
        """The plan as a mapping; `from_json` makes it again."""
        return {**asdict(self), "plan": self.plan.as_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ReportPlan:
        """The plan that `as_json` gave."""
        sections = [Section(**section) for section in stored["sections"]]
        return cls(
            **{
                **stored,
                "plan": Plan.from_json(stored["plan"]),
                "sections": sections,
            }
        )

    @property
    def draft_reasons(self) -> list[str]:
        """Why the report isn't the assignment's own, in Spanish: printed on every page."""
        reasons = []
        if any(source["origin"] == SAMPLE for source in self.sources.values()):
            reasons.append(f"{DRAFT} · datos de muestra")
        if any(change["shortens"] for one in self.sections for change in one.deviations):
            reasons.append(f"{SHORTENED} · perfil {self.profile}")
        sources = [Source(**source) for source in self.sources.values()]
        reasons += [f"{INCOMPLETE} · {title(one)}" for one in sources if is_part(one)]
        if self.partial:
            reasons.append(f"{DRAFT} · informe parcial")
        return reasons


def code_of(project: Project) -> Sources:
    """The first-party sources: the package by modules, the project's experiments by definitions."""
    package = Path(reportgen.__file__).parent
    return Sources(whole={"reportgen": package}, fine={PACKAGE: project.experiments})


def plan_of(project: Project, loaded: Loaded, only: Sequence[str], cache: Path) -> ReportPlan:
    """The plan for these settings: the stored one while nothing that it depends on changed.

    Args:
        project: whose experiments are planned.
        loaded: its settings.
        only: the sections to keep; empty: all.
        cache: the per-user folder of downloads and file digests.

    Raises:
        UsageError: a wrong setting, an unknown section, an experiment that can't be loaded.
        DataError: a dataset that can't be had.
    """
    code = code_of(project)
    path = _path(project, loaded, only, cache, code)
    stored = _stored(path, project, loaded, cache)
    if stored is not None:
        return stored
    try:
        planned = _Planner(project, loaded, only, cache, code).plan(loaded.settings.run.profile)
    except UsageError as error:  # a value that only its experiment can judge
        raise loaded.origin.placed(error) from None
    write_atomically(path, sealed(planned.as_json()))
    return planned


def stored_plan(project: Project, loaded: Loaded, only: Sequence[str], cache: Path) -> ReportPlan:
    """The plan that a build made and stored; nothing of the experiments is imported.

    A process that lives on, and so would keep the experiments' old modules, plans by this.

    Raises:
        UsageError: something that it depends on has changed since, or nothing was built.
    """
    path = _path(project, loaded, only, cache, code_of(project))
    stored = _stored(path, project, loaded, cache)
    if stored is None:
        raise UsageError(
            "the settings, the experiments or their data have changed since the last build",
            hint="run `reportgen build` with the same options again",
        )
    return stored


def _path(
    project: Project, loaded: Loaded, only: Sequence[str], cache: Path, code: Sources
) -> Path:
    """Where the plan is stored: named after everything that it depends on but the data."""
    asked = {
        # The data root and the workers decide nothing here: the sources are compared below.
        "settings": loaded.settings.model_dump(
            mode="json",
            exclude={"report": True, "submission": True, "run": {"data_root", "workers"}},
        ),
        "cache": str(cache),
        "weights": sorted(path.name for path in (cache / "weights").glob("*.pth")),
        "only": sorted(only),
        "sources": code.fingerprint(),
        "hardware": provenance.hardware_hint(),
    }
    return project.store / "plans" / f"{digest(asked)}.json"


def _stored(path: Path, project: Project, loaded: Loaded, cache: Path) -> ReportPlan | None:
    """The stored plan, if the data are still where and what they were."""
    stored = _read(path)
    if stored is None:
        return None
    found = _locate(list(stored["sources"]), project, loaded, cache)
    same = {name: _as_json(source) for name, source in found.items()} == stored["sources"]
    return ReportPlan.from_json(stored) if same else None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = unsealed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _locate(
    names: Sequence[str], project: Project, loaded: Loaded, cache: Path
) -> dict[str, Source]:
    run = loaded.settings.run
    folders = {name: project.root / one.folder for name, one in loaded.settings.datasets.items()}
    root = (project.root / run.data_root) if run.data_root else None
    elsewhere = {} if run.data == SAMPLE else imported.known_sources(project)
    measured = {name: elsewhere[name] for name in names if name in elsewhere}
    try:
        found = catalogue.resolve(
            names, mode=run.data, data_root=root, folders=folders, cache=cache
        )
    except DataError:
        if len(measured) < len(names):
            raise
        return measured
    no_better = any(source.origin == SAMPLE for source in found.values())
    return measured if no_better and len(measured) == len(names) else found


def _as_json(source: Source) -> dict[str, JSON]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(source).items()
    }


@dataclass
class _Planner:
    """Makes a plan: imports torch and the experiments."""

    project: Project
    loaded: Loaded
    only: Sequence[str]
    cache: Path
    code: Sources

    def plan(self, profile: str) -> ReportPlan:
        from reportgen.lab import cost
        from reportgen.lab.experiment import load
        from reportgen.learning import device as devices

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
        sources = _locate(sorted(set(datasets.values())), self.project, self.loaded, self.cache)
        device = devices.choose(self.loaded.settings.run.device)
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
        from reportgen.lab.declare import Lab
        from reportgen.lab.experiment import declared
        from reportgen.lab.maker import Maker
        from reportgen.learning import device as devices

        steps: list[Step] = []
        sections: list[Section] = []
        exports: dict[str, list[str]] = {}
        earlier: dict[str, Lab] = {}
        weights: list[str] = []
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
                seeds=run.seeds,
                level=run.evidence,
                earlier=dict(earlier),
            )
            tree = declared(one, lab, settings, self.project.experiments)
            earlier[one.name] = lab
            weights += lab.weights
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
        import torch

        return ReportPlan(
            plan=Plan.of(steps),
            sections=sections,
            exports=exports,
            sources={name: _as_json(source) for name, source in sources.items()},
            weights=sorted(set(weights)),
            device=devices.describe(torch.device(device)),
            profile=profile,
            seed=self.loaded.settings.run.seed,
            partial=partial,
            schema=_schema(experiments),
        )


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
