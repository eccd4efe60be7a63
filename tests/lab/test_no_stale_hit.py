"""No stale hit: whatever first-party code runs in a step is in the step's key.

Each kind of step of the real experiments runs at tiny size, and every function of the project that
executes meanwhile is recorded: it must be in the key, and any change of it must change the key.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import reportgen
from reportgen.engine.artifact import Artifact
from reportgen.engine.module import Module
from reportgen.engine.step import Step
from reportgen.engine.stopwatch import Stopwatch
from reportgen.engine.store import Store
from reportgen.engine.syntax import normalised
from reportgen.engine.work import Workspace
from reportgen.references import resolve
from tests.tiny import NAME, TinyReport

PACKAGE = Path(reportgen.__file__).parent
UNKEYED = ("reportgen.engine.", "reportgen.references", "reportgen.commands.")
"""The engine itself: a change that makes its artifacts others is a new `SCHEMA`."""


@dataclass(frozen=True)
class Ran:
    """A function that executed: its module, and where it begins."""

    module: str
    path: Path
    line: int
    name: str


@contextmanager
def recorded() -> Iterator[set[CodeType]]:
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def first_party(seen: set[CodeType], roots: dict[str, Path]) -> set[Ran]:
    found = set()
    for code in seen:
        path = Path(code.co_filename)
        for package, root in roots.items():
            if path.is_relative_to(root) and code.co_name != "<module>":
                parts = [package, *path.relative_to(root).with_suffix("").parts]
                module = ".".join(parts).removesuffix(".__init__")
                found.add(Ran(module, path, code.co_firstlineno, code.co_name))
    return {ran for ran in found if not f"{ran.module}.".startswith(UNKEYED)}


@pytest.fixture(scope="module")
def runs(tiny: TinyReport, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each kind of step with what ran in it."""
    import torch

    from reportgen.commands.options import Request
    from reportgen.lab.experiment import load
    from reportgen.lab.outcome import stored_outcome
    from reportgen.lab.page import page_steps
    from reportgen.lab.record import BuildRecord
    from reportgen.project import Project

    project = Project(tiny.root)
    record = BuildRecord.last(project, NAME)
    request = Request.again(record)
    loaded = request.load(project)
    report = request.plan(project, loaded)
    outcome = stored_outcome(project, report)
    store = Store(project.store)
    artifacts = dict(outcome.artifacts)
    roots = {"reportgen": PACKAGE, "experiments": project.experiments}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    load(project.experiments)  # what importing does is not of a step: see `Sources`
    page = page_steps(outcome, record.name, loaded.settings.report, record.folders(project))
    for step in page:
        digests = {name: artifacts[name].digest for name in step.inputs.values()}
        artifacts[step.name] = Artifact.at(store.folder(step.key(digests)))
    found: dict[str, Any] = {}
    for step in [*report.plan.steps, *page]:
        if kind_of(step) in {kind_of(one) for one, _ in found.values()}:
            continue
        folder = tmp_path_factory.mktemp("step")
        workspace = Workspace(
            "k", folder, folder / "partial", lambda _: None, lambda: False, Stopwatch(folder)
        )
        inputs = {argument: artifacts[name] for argument, name in step.inputs.items()}
        function: Callable[..., Any] = resolve(step.function)
        with recorded() as seen:
            function(workspace, **inputs, **step.parameters, **step.circumstances)
        found[step.name] = (step, first_party(seen, roots))
    torch.set_num_threads(threads)
    return found


def kind_of(step: Step) -> tuple[Any, ...]:
    """Steps of one function on one piece of the project's code run alike."""
    names = ("network", "rule", "model", "format")
    return (step.function, *(str(step.parameters.get(name)) for name in names))


def piece_of(ran: Ran, code: Any) -> tuple[str, list[ast.stmt]] | None:
    """The piece of a key that holds a function, with its statements; None where there is none."""
    module = Module(ran.module, ran.path)
    if ran.module in code:
        return ran.module, module.tree.body
    for statement in module.tree.body:
        first = min(
            [statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))]
        )
        if first <= ran.line <= (statement.end_lineno or first):
            name = getattr(statement, "name", None) or ast.unparse(statement).split(" ")[0]
            return (
                (f"{ran.module}:{name}", module.binding(name))
                if (f"{ran.module}:{name}" in code)
                else None
            )
    return None


def test_what_ran_is_in_the_key(runs: dict[str, Any]) -> None:
    missing = {
        name: sorted(f"{ran.module}:{ran.name}" for ran in seen if piece_of(ran, step.code) is None)
        for name, (step, seen) in runs.items()
    }
    assert not {name: functions for name, functions in missing.items() if functions}
    assert len(runs) > 25
    everything = {ran.name for _, seen in runs.values() for ran in seen}
    assert {"train", "forward", "confusions", "curves", "collect", "embed", "load"} <= everything
    assert len(everything) > 200


def test_a_change_of_anything_that_ran_changes_the_key(runs: dict[str, Any]) -> None:
    functions: dict[Ran, Step] = {}
    for step, seen in runs.values():
        functions.update(dict.fromkeys(seen, step))
    changed = 0
    for ran, step in functions.items():
        found = piece_of(ran, step.code)
        assert found is not None
        piece, statements = found
        assert normalised(statements) == step.code[piece]
        hit = [node for s in statements for node in ast.walk(s) if begins(node) == ran.line]
        for node in hit:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                node.body.insert(0, ast.parse("mutated = 1").body[0])
            elif isinstance(node, ast.Lambda):
                node.body = ast.Tuple([node.body, ast.Constant(1)], ast.Load())
            else:
                continue
            changed += 1
            assert normalised(statements) != step.code[piece], ran
    assert changed > 200


def begins(node: ast.AST) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([getattr(node, "lineno", 0), *(one.lineno for one in decorators)])
