"""One parsed source file: what its statements bind, and what they do when it is imported."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from reportgen.engine.digest import digest

_OPAQUE = frozenset(
    {"__import__", "__init_subclass__", "compile", "eval", "exec", "globals", "import_module"}
    | {"importlib", "locals", "metaclass", "sys", "vars"}
)
"""Words with which a module may use its definitions without naming them."""

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Module:
    """One parsed source file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, filename=str(path))

    def binding(self, name: str) -> list[ast.stmt]:
        """The statements that bind ``name``."""
        return self._bindings.get(name, [])

    def effects(self, acts: Callable[[str], bool]) -> list[ast.stmt]:
        """The statements that do something on import, whoever uses what they bind.

        Args:
            acts: whether a call of this name may change something of the project's own.
        """
        return [s for s in _effective(self.tree.body) if not _names_bound(s) or _acts(s, acts)]

    @cached_property
    def opaque(self) -> bool:
        """Whether it can't be told which of its definitions use which."""
        words = set()
        for node in ast.walk(self.tree):
            match node:
                case ast.Name(id=word) | ast.FunctionDef(name=word) | ast.keyword(arg=str(word)):
                    words.add(word)
                case ast.alias(name="*"):
                    return True
                case ast.alias(name=word):
                    words.add(word)
        return bool(words & _OPAQUE)

    def text_of(self, name: str) -> tuple[str, int]:
        """The exact text of a definition, and the line on which it starts.

        Raises:
            LookupError: the module doesn't define ``name``.
        """
        for statement in self.binding(name):
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(d.lineno for d in decorators)])
            lines = self.text.splitlines()[first - 1 : statement.end_lineno]
            return "\n".join(lines) + "\n", first
        raise LookupError(f"{self.path} defines no {name!r}")

    def absolute(self, node: ast.ImportFrom) -> str:
        """The absolute name of the module that a ``from … import`` names."""
        if not node.level:
            return node.module or ""
        package = self.name.split(".")
        if self.path.name != "__init__.py":
            package = package[:-1]
        base = package[: len(package) - (node.level - 1)]
        return ".".join([*base, *([node.module] if node.module else [])])

    @cached_property
    def _bindings(self) -> dict[str, list[ast.stmt]]:
        bindings: dict[str, list[ast.stmt]] = {}
        for statement in self.tree.body:
            for name in _names_bound(statement):
                bindings.setdefault(name, []).append(statement)
        return bindings


def normalised(statements: list[ast.stmt]) -> str:
    """The digest of statements, whatever their comments, docstrings and layout."""
    return digest(_plain(statements))


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


def names_used(statements: list[ast.stmt]) -> set[str]:
    """The names that ``statements`` mention, in quoted annotations too."""
    names = set()
    for node in walk(statements):
        if isinstance(node, ast.Name):
            names.add(node.id)
        for annotation in (getattr(node, field, None) for field in ("annotation", "returns")):
            if annotation is not None:
                names.update(_names_quoted(annotation))
    return names


def _names_quoted(annotation: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                quoted = ast.parse(node.value, mode="eval")
            except SyntaxError:
                continue
            names.update(part.id for part in ast.walk(quoted) if isinstance(part, ast.Name))
    return names


def _names_bound(statement: ast.stmt) -> list[str]:
    """The names that a simple top-level statement binds; none for one of another kind."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Import() | ast.ImportFrom():
            return [a.asname or a.name.partition(".")[0] for a in statement.names]
        case ast.Assign():
            names = [_names_of(target) for target in statement.targets]
            return [name for part in names for name in part] if all(names) else []
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _names_of(target: ast.expr) -> list[str]:
    """The names in ``a`` or ``a, b``; none for any other target."""
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    return names if len(names) == len(parts) else []


def _acts(statement: ast.stmt, acts: Callable[[str], bool]) -> bool:
    """Whether a statement that binds a name does more when it is imported.

    Any call may, but for definitions: there a call of what isn't the project's own (a library's
    decorator, a field of a model) is trusted to do nothing else.
    """
    calls = [node for node in _on_import(statement) if isinstance(node, ast.Call)]
    if not isinstance(statement, _DEFINITION):
        return bool(calls)
    called = [call.func for call in calls] + [*statement.decorator_list]
    return any(acts(_root(function)) for function in called)


def _on_import(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: no function's body."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, node.args]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _root(node: ast.AST) -> str:
    """The name at the root of ``name.attribute(…)[…]``, or ""."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_type_checking(node: object) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _effective(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Statements without those that never do anything: docstrings, types, ``pass``."""
    return [
        s
        for s in statements
        if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        and not (_is_type_checking(s) and not getattr(s, "orelse", []))
        and not isinstance(s, ast.Pass)
    ]


def _plain(node: object) -> object:
    """A syntax tree as JSON, without places, docstrings and empty fields.

    Empty fields are left out because a new Python adds some (``type_params``): a project that
    moves to another Python must not become stale.
    """
    if isinstance(node, list):
        if node and isinstance(node[0], ast.stmt):
            node = _effective(node)
        return [_plain(item) for item in node]
    if isinstance(node, ast.Constant):
        plain = node.value is None or isinstance(node.value, str | int)
        return {"constant": node.value if plain else [repr(node.value)]}
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.If) and _is_type_checking(node):
        return _plain(node.orelse)
    fields: dict[str, object] = {"node": type(node).__name__}
    for name, value in ast.iter_fields(node):
        if value is not None and value != []:
            fields[name] = _plain(value)
    return fields
