"""A run that was measured on another machine: what must be known of it to plan it again here."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from reportgen.data.source import SUBSETS, Source
from reportgen.engine.digest import JSON, sealed, unsealed
from reportgen.errors import DataError
from reportgen.files import write_atomically
from reportgen.lab.record import BuildRecord
from reportgen.project import Project

if TYPE_CHECKING:
    from reportgen.lab.report_plan import ReportPlan

_ITS_OWN = (
    *("run.data", "run.data_root", "run.device", "run.compile", "run.workers", "run.profile"),
    *("run.precision", "run.seed"),
)
"""Settings of the other machine, or said anew by what they stood for there."""


@dataclass(frozen=True)
class Handover:
    """What goes with a run's measurements.

    Attributes:
        name: the author's.
        overrides: the settings under which the plan here is the plan there.
        only: the sections that were kept.
        sources: the datasets as they were found there.
    """

    name: str
    overrides: list[str]
    only: list[str]
    sources: dict[str, Source]

    @classmethod
    def of(cls, record: BuildRecord, report: ReportPlan) -> Handover:
        """Say what ``auto`` stood for there."""
        kept = [one for one in record.overrides if one.partition("=")[0] not in _ITS_OWN]
        backbones = list(report.weights)
        chosen = [
            f"{section.name}.{name}={backbones[0]}"
            for section in report.sections
            for name, value in section.settings.items()
            if value == "auto" and len(backbones) == 1
        ]
        fixed = [f"run.profile={report.profile}", f"run.seed={report.seed}"]
        sources = {name: _source(one) for name, one in report.sources.items()}
        return cls(record.name, [*kept, *fixed, *chosen], list(record.only), sources)

    def as_json(self) -> dict[str, JSON]:
        """This as plain data; `from_json` reads it."""
        plain: dict[str, JSON] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, value: Any) -> Handover:
        """What `as_json` gave.

        Raises:
            DataError: it isn't that.
        """
        try:
            found = TypeAdapter(cls).validate_python(value)
        except ValidationError as error:
            raise DataError(f"the run isn't described as it should be: {error}") from error
        if wrong := next((text for text in _texts(value) if not text.isprintable()), None):
            raise DataError(f"the run's description has signs that can't be printed: {wrong!r}")
        for name, source in found.sources.items():
            if source.dataset != name or source.samples.keys() != set(SUBSETS):
                raise DataError(f"the run's dataset {name} isn't described as it should be")
        return found

    @property
    def options(self) -> str:
        """The options with which a build here makes the same plan."""
        parts = ["--name", self.name]
        for section in self.only:
            parts += ["--only", section]
        for override in self.overrides:
            parts += ["--set", override]
        return shlex.join(parts)

    def save(self, project: Project) -> None:
        """Let plans here know of the datasets there, and make this the last build."""
        sources = {**known_sources(project), **self.sources}
        plain = {name: asdict(source) for name, source in sources.items()}
        write_atomically(project.store / "imported.json", sealed(json.loads(json.dumps(plain))))
        BuildRecord(self.name, tuple(self.overrides), tuple(self.only), ("templates",)).save(
            project
        )


def _texts(value: Any) -> Iterator[str]:
    """All the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in (*value, *value.values()):
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def known_sources(project: Project) -> dict[str, Source]:
    """The datasets of imported runs, by name."""
    try:
        found = unsealed((project.store / "imported.json").read_text(encoding="utf-8"))
        return {name: _source(one) for name, one in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _source(value: Mapping[str, Any]) -> Source:
    found: Source = TypeAdapter(Source).validate_python(dict(value))
    return found
