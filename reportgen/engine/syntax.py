"""Syntax trees: what of them counts, what of them runs on import, and their digest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from reportgen.engine.digest import digest

_SURROGATE = re.compile("[\ud800-\udfff]")


def normalised(statements: list[ast.stmt], documented: bool = False) -> str:
    """The digest of statements, whatever their comments, layout and, unless kept, docstrings."""
    return digest(_plain(statements, documented))


def walk(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node below ``statements`` but those that only a type checker sees."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and _is_type_checking(node):
            waiting += node.orelse
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def on_import(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: no function's body."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, node.args]
        elif isinstance(node, ast.Lambda):
            waiting.append(node.args)
        else:
            waiting += ast.iter_child_nodes(node)


def root(node: ast.AST) -> str:
    """The name at the root of ``name.attribute(…)[…]``, or ""."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def effective(statements: list[ast.stmt], documented: bool) -> list[ast.stmt]:
    """Statements without what never does anything: docstrings (unless kept), types, ``pass``."""
    return [
        s
        for s in statements
        if documented or not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        if not isinstance(s, ast.Pass)
        if not (_is_type_checking(s) and not getattr(s, "orelse", []))
    ]


def _is_type_checking(node: object) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _plain(node: object, documented: bool) -> object:
    """A syntax tree as JSON, without places, docstrings (unless kept) and empty fields.

    Empty fields are left out because a new Python adds some (``type_params``): a project that
    moves to another Python must not become stale.
    """
    if isinstance(node, list):
        if node and isinstance(node[0], ast.stmt):
            node = effective(node, documented)
        return [_plain(item, documented) for item in node]
    if isinstance(node, ast.Constant):
        value = node.value
        plain = value is None or isinstance(value, str | int)
        if isinstance(value, str) and _SURROGATE.search(value):  # no JSON text can hold it
            plain = False
        return {"constant": value if plain else [repr(value)]}
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.If) and _is_type_checking(node):
        return _plain(node.orelse, documented)
    fields: dict[str, object] = {"node": type(node).__name__}
    for name, value in ast.iter_fields(node):
        if value is not None and value != []:
            fields[name] = _plain(value, documented)
    return fields
