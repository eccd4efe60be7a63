"""An experiment: a section of the assignment, declared by a function of the project."""

from __future__ import annotations

import ast
import importlib
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from reportgen.errors import Place, ReportgenError, UsageError
from reportgen.settings import ExperimentSettings

if TYPE_CHECKING:
    from reportgen.lab.declare import Lab

PACKAGE = "experiments"

Declaration = Mapping[str, Any]
"""A tree of results: nested mappings whose leaves are outputs of steps or plain values."""


@dataclass(frozen=True)
class Experiment:
    """What the decorator `experiment` keeps of a declaration.

    Attributes:
        name: its key in the results and its section in the settings.
        section: the assignment's number, ``"1.1"``.
        settings: the model of its settings.
        results: the model that its values are held to.
        declare: gives the tree of results from a lab and the settings.
    """

    name: str
    section: str
    settings: type[ExperimentSettings]
    results: type[BaseModel]
    declare: Callable[[Lab, Any], Declaration]


def experiment(
    name: str, *, section: str, settings: type[ExperimentSettings], results: type[BaseModel]
) -> Callable[[Callable[[Lab, Any], Declaration]], Experiment]:
    """Make a declaring function an `Experiment`."""
    return lambda declare: Experiment(name, section, settings, results, declare)


def names(folder: Path) -> list[str]:
    """What the project's experiments are called, read off their decorators; nothing is imported.

    A file with a syntax error counts under its own name; loading it tells.
    """
    return sorted(name for path in _files(folder) for name in _declared(path))


def _files(folder: Path) -> list[Path]:
    """The files that may declare one; hidden ones are editors' own."""
    found = sorted([*folder.glob("*.py"), *folder.glob("*/__init__.py")])
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def _declared(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_bytes())  # Python itself finds the encoding
    except SyntaxError:
        return [path.stem]
    found = []
    for statement in tree.body:
        for decorator in getattr(statement, "decorator_list", []):
            match decorator:
                case ast.Call(
                    func=ast.Name(id="experiment"), args=[ast.Constant(value=str(name)), *_]
                ):
                    found.append(name)
    return found


def mount(folder: str) -> None:
    """Make ``import experiments.…`` find the project's folder, and no other project's.

    The name is too common for an installed package, so the folder is loaded by its path.
    """
    loaded = sys.modules.get(PACKAGE)
    if loaded is not None and list(loaded.__path__) == [folder]:
        return
    for name in [n for n in sys.modules if n == PACKAGE or n.startswith(f"{PACKAGE}.")]:
        del sys.modules[name]
    package = types.ModuleType(PACKAGE)
    package.__path__ = [folder]
    sys.modules[PACKAGE] = package
    importlib.invalidate_caches()


def load(folder: Path) -> list[Experiment]:
    """All experiments of a project, in the order of their sections.

    Raises:
        UsageError: a file can't be imported, or there is no experiment.
    """
    mount(str(folder))
    found: dict[str, Experiment] = {}
    for path in _files(folder):
        module = _imported(folder, path.parent.name if path.stem == "__init__" else path.stem)
        for value in vars(module).values():
            if isinstance(value, Experiment) and value.declare.__module__ == module.__name__:
                _admit(found, value)
    if not found:
        raise UsageError(f"{folder} holds no experiment", hint="see experiments/ of a new project")
    return sorted(found.values(), key=lambda one: [int(n) for n in one.section.split(".")])


def _admit(found: dict[str, Experiment], one: Experiment) -> None:
    for other in found.values():
        if one.name == other.name or one.section == other.section:
            raise UsageError(
                f"{one.declare.__module__} and {other.declare.__module__} both declare "
                f"{one.name!r}, section {one.section}",
                hint="give one another name and section, or move it out of experiments/",
            )
    found[one.name] = one


def declared(one: Experiment, lab: Lab, settings: ExperimentSettings, folder: Path) -> Declaration:
    """What an experiment declares.

    Raises:
        UsageError: its function failed; with the line.
    """
    try:
        return one.declare(lab, settings)
    except ReportgenError:
        raise
    except Exception as error:
        raise _located(f"{one.name} can't be declared", error, folder) from error


def _located(what: str, error: Exception, folder: Path) -> UsageError:
    frames = _frames(error, folder)
    return UsageError(
        f"{what}: {type(error).__name__}: {error}",
        place=Place(*frames[-1]) if frames else None,
        hint="run again with --debug to see the traceback",
    )


def _imported(folder: Path, name: str) -> types.ModuleType:
    try:
        return importlib.import_module(f"{PACKAGE}.{name}")
    except SyntaxError as error:
        place = Place(Path(error.filename or folder / f"{name}.py"), error.lineno, error.offset)
        raise UsageError(f"syntax error: {error.msg}", place=place) from error
    except Exception as error:
        raise _located("the experiment can't be loaded", error, folder) from error


def _frames(error: BaseException, folder: Path) -> list[tuple[Path, int]]:
    frames, trace = [], error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if folder in file.parents:
            frames.append((file, trace.tb_lineno))
        trace = trace.tb_next
    return frames
