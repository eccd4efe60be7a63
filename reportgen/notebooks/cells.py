"""Cells: what a notebook's page says, in order, each cell's imports at its top."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from reportgen.notebooks.answers import as_markdown


@dataclass(frozen=True)
class Cell:
    """One cell: Markdown, or code."""

    kind: Literal["markdown", "code"]
    text: str


def render(page: str, values: Mapping[str, Any]) -> list[Cell]:
    """The cells of a page of `reportgen/notebooks/pages`.

    A page calls ``text()`` and ``code()`` around what goes into a cell, so nothing that is
    inserted can begin another one.

    Args:
        page: the file's name.
        values: what the page may use.
    """
    cells: list[Cell] = []

    def adding(kind: Literal["markdown", "code"]) -> Callable[..., str]:
        def add(*, caller: Callable[[], str]) -> str:
            content = caller().strip()
            cells.append(Cell(kind, with_imports_first(content) if kind == "code" else content))
            return ""

        return add

    # Notebooks are no HTML: quoting Python's `<` would break it.
    environment = Environment(
        loader=PackageLoader("reportgen.notebooks", "pages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(literal=literal, plain=as_markdown)
    environment.globals.update(values, text=adding("markdown"), code=adding("code"))
    environment.get_template(page).render()
    return cells


def literal(value: Any) -> str:
    """A plain value as Python code."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def with_imports_first(source: str) -> str:
    """``source`` with its imports gathered at the top, each once, Python's own before others."""
    lines = source.splitlines()
    found: list[ast.Import | ast.ImportFrom] = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.append(statement)
            for number in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                lines[number - 1] = "\0"
    rest = "\n".join(line for line in lines if line != "\0").strip("\n")
    while "\n\n\n\n" in rest:
        rest = rest.replace("\n\n\n\n", "\n\n\n")
    return "\n\n".join([*_groups(found), rest])


def _groups(statements: Iterable[ast.Import | ast.ImportFrom]) -> list[str]:
    """The imports as text: of the future, of Python, of libraries."""
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    for statement in statements:
        for alias in statement.names:
            spelled = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
            if isinstance(statement, ast.Import):
                plain.add(spelled)
            else:
                names.setdefault(str(statement.module), set()).add(spelled)
    groups: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for spelled in sorted(plain):
        groups[_rank(spelled)].append(f"import {spelled}")
    for module, imported in sorted(names.items()):
        groups[_rank(module)].append(f"from {module} import {', '.join(sorted(imported))}")
    return ["\n".join(lines) for lines in groups.values() if lines]


def _rank(module: str) -> int:
    package = module.split()[0].partition(".")[0]
    return 0 if package == "__future__" else 1 if package in sys.stdlib_module_names else 2
