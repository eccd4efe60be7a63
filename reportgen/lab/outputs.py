"""Outputs: where a declared step's results will be, and trees of them as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reportgen.engine.artifact import VALUE
from reportgen.engine.step import Step
from reportgen.lab.filling import REFERENCE

_FOLDERS = {".svg": "figures", ".csv": "predictions"}


@dataclass(frozen=True)
class Output:
    """What a step will leave: a file of its artifact, or a value inside a JSON file."""

    step: Step
    file: str = VALUE
    path: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Output:
        return replace(self, path=(*self.path, name))

    def of(self, name: str) -> Output:
        """A value in the step's main JSON file."""
        return Output(self.step, VALUE, (name,))


@dataclass
class Tree:
    """A tree of outputs turned into a step's parameter.

    Attributes:
        prefix: what exported files' names begin with.
        inputs: argument → step, for the step that will fill the tree.
        exports: path below the build folder → (step, file).
    """

    prefix: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    exports: dict[str, list[str]] = field(default_factory=dict)

    def plain(self, node: Any, path: tuple[str, ...] = ()) -> Any:
        """``node`` with each output replaced by a reference; inputs and exports are noted."""
        if isinstance(node, Mapping):
            return {name: self.plain(item, (*path, name)) for name, item in node.items()}
        if not isinstance(node, Output):
            return node
        argument = node.step.name.replace(".", "_")
        self.inputs[argument] = node.step.name
        reference: dict[str, Any] = {REFERENCE: argument, "file": node.file}
        suffix = f".{node.file.rpartition('.')[2]}"
        if suffix not in _FOLDERS:
            return {**reference, "path": list(node.path)}
        kept = [part for part in path if part not in _FOLDERS.values()]
        target = f"{_FOLDERS[suffix]}/{'_'.join([self.prefix, *kept])}{suffix}"
        self.exports[target] = [node.step.name, node.file]
        return {**reference, "export": target}
