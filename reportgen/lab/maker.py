"""The maker of an experiment's steps."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportgen.engine.sources import Sources
from reportgen.engine.step import Step
from reportgen.errors import UsageError
from reportgen.references import reference_to

_OWN = "reportgen.lab."


@dataclass
class Maker:
    """Makes steps and keeps them.

    Attributes:
        experiment: the prefix of the steps' names.
        code: the first-party sources, for what each step can reach.
        steps: what was made so far, by name.
    """

    experiment: str
    code: Sources
    steps: dict[str, Step] = field(default_factory=dict)

    def make(
        self,
        name: str,
        function: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Step | str] | None = None,
        code: Sequence[Any] = (),
        circumstances: Mapping[str, Any] | None = None,
        seconds: float = 0.5,
        size: int = 0,
        memory: int = 0,
    ) -> Step:
        """A step with everything that its function and the pieces of ``code`` can reach.

        Args:
            name: unique in the experiment.
            function: what runs, as ``"module:function"``.
            parameters: what it is keyed on.
            inputs: argument → the step (or its name) whose artifact it gets.
            code: classes and functions of the project that it calls by reference.
            circumstances: further arguments that aren't keyed.
            seconds, size, memory: estimates.

        Raises:
            UsageError: another step of this experiment has that name.
        """
        roots = [function, *map(reference_to, code)]
        step = Step(
            name=f"{self.experiment}.{name}",
            function=function,
            parameters=dict(parameters or {}),
            inputs={
                argument: given if isinstance(given, str) else given.name
                for argument, given in (inputs or {}).items()
            },
            code=self.code.reach(*roots),
            roots=roots,
            circumstances=dict(circumstances or {}),
            declared=_declared(),
            seconds=seconds,
            size=size,
            memory=memory,
        )
        if self.steps.setdefault(step.name, step) != step:
            raise UsageError(
                f"{self.experiment} declares two different steps {step.name!r} ({step.declared})",
                hint="give one of them its own name=…",
            )
        return step


def _declared() -> str:
    """The line of the experiment that called the lab."""
    frame = sys._getframe(2)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(_OWN):
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
