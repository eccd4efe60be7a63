"""A report's plan as data: what a build will do before the page is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reportgen.data.sets import is_part, title
from reportgen.data.source import Source
from reportgen.engine.digest import JSON
from reportgen.engine.plan import Plan
from reportgen.results import DRAFT, INCOMPLETE, SHORTENED

SAMPLE = "sample"
LAY_OUT, DRAW, PLACE = PAGE = tuple(
    f"reportgen.report.document:{name}" for name in ("lay_out", "draw", "place")
)
"""What makes the page, once the plan's steps have run."""


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
        weights: the pretrained networks that are used, and the file to download for each
            (`data.sets.RemoteFile`; None where a package carries it).
        device: where torch computes, its name, and what is said of it (`learning.device.describe`).
        profile: the profile that ``auto`` stood for.
        seed: of all that is random.
        partial: whether sections of the assignment were left out.
        schema: the JSON schema of ``results.json``.
        page_code: the code of all that makes the page, as of a step.
    """

    plan: Plan
    sections: list[Section]
    exports: dict[str, list[str]]
    sources: dict[str, dict[str, JSON]]
    weights: dict[str, dict[str, JSON] | None]
    device: dict[str, JSON]
    profile: str
    seed: int
    partial: bool
    schema: dict[str, JSON]
    page_code: dict[str, str]

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
