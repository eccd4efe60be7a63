"""Which first-party code a step can reach, and the digest of each piece.

Two grains: in the packages of ``whole`` (the engine's own) a module is one piece, closed over
its imports; in the packages of ``fine`` (the project's experiments) each top-level definition
is one, so that a change of one network doesn't retrain another. Rerunning too much is a
nuisance, a stale result is a lie: where the reach of a statement can't be told, it counts.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from reportgen.engine.digest import digest


class Sources:
    """The first-party source trees.

    Args:
        whole: package name → folder; a module is one piece.
        fine: package name → folder; a top-level definition is one piece.
    """

    def __init__(self, whole: Mapping[str, Path], fine: Mapping[str, Path]) -> None:
        self._folders = {**whole, **fine}
        self._fine = set(fine)
        self._modules: dict[str, Module | None] = {}

    def reach(self, *references: str) -> dict[str, str]:
        """Every piece that ``references`` can reach, with the digest of its normalised source.

        Args:
            references: ``"package.module:definition"`` or ``"package.module"``.

        Raises:
            LookupError: a reference names no first-party definition.
        """
        pieces: dict[str, str] = {}
        waiting = list(references)
        while waiting:
            reference = waiting.pop()
            if reference in pieces:
                continue
            name, _, definition = reference.partition(":")
            module = self.module(name)
            if module is None:
                raise LookupError(f"no first-party source for {reference!r}")
            if definition and self._is_fine(name):
                statements = module.statements(definition)
                if not statements:
                    raise LookupError(f"{module.path} defines no {definition!r}")
                pieces[reference] = _digest_of(statements)
                waiting += self._neighbours(module, statements)
            else:
                pieces[name] = _digest_of(module.tree.body)
                waiting += self._packages_of(name)
                waiting += self._imports(module, module.tree.body)
        return dict(sorted(pieces.items()))

    def module(self, name: str) -> Module | None:
        """The module called ``name``, or None where it isn't first-party."""
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def fingerprint(self) -> str:
        """The digest of every source file's exact bytes: what a stored plan is keyed on."""
        files = {
            f"{package}/{path.relative_to(folder).as_posix()}": hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for package, folder in self._folders.items()
            for path in sorted(folder.rglob("*.py"))
        }
        return digest(files)

    def _is_fine(self, module: str) -> bool:
        return module.partition(".")[0] in self._fine

    def _find(self, name: str) -> Module | None:
        package, *rest = name.split(".")
        if package not in self._folders:
            return None
        base = self._folders[package].joinpath(*rest)
        for path in (base.with_suffix(".py") if rest else None, base / "__init__.py"):
            if path is not None and path.is_file():
                return Module(name, path)
        return None

    def _neighbours(self, module: Module, statements: list[ast.stmt]) -> Iterator[str]:
        """What the given statements of a fine-grained module lead to."""
        yield from self._imports(module, statements)
        for name in _names_used(statements):
            if module.statements(name):
                yield f"{module.name}:{name}"

    def _imports(self, module: Module, statements: list[ast.stmt]) -> Iterator[str]:
        for node in _walk_runtime(statements):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._packages_of(alias.name)
            elif isinstance(node, ast.ImportFrom):
                yield from self._imported_from(module, node)

    def _imported_from(self, module: Module, node: ast.ImportFrom) -> Iterator[str]:
        origin = module.absolute(node)
        yield from self._packages_of(origin)
        for alias in node.names:
            submodule = f"{origin}.{alias.name}"
            if self.module(submodule) is not None:
                yield submodule
            elif self._is_fine(origin) and self.module(origin) and alias.name != "*":
                yield f"{origin}:{alias.name}"

    def _packages_of(self, name: str) -> Iterator[str]:
        """Importing ``a.b.c`` runs ``a``, ``a.b`` and ``a.b.c``; fine ones come by definition."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            if not self._is_fine(part) and self.module(part) is not None:
                yield part


class Module:
    """One parsed source file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, filename=str(path))

    def statements(self, name: str) -> list[ast.stmt]:
        """The statements that bind ``name``, and those that act on import whatever the name."""
        bound = self._bindings.get(name, [])
        return [*bound, *(s for s in self._effects if s not in bound)] if bound else []

    def text_of(self, name: str) -> tuple[str, int]:
        """The exact text of a definition, and the line on which it starts.

        Raises:
            LookupError: the module doesn't define ``name``.
        """
        for statement in self._bindings.get(name, []):
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

    @cached_property
    def _effects(self) -> list[ast.stmt]:
        return [
            s
            for s in _without_docstring(self.tree.body)
            if not _names_bound(s) and not _is_type_checking(s)
        ]


def _names_bound(statement: ast.stmt) -> list[str]:
    """The names that a simple top-level statement binds; none for one that also acts."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Import() | ast.ImportFrom():
            return [a.asname or a.name.partition(".")[0] for a in statement.names]
        case ast.Assign() if all(isinstance(t, ast.Name) for t in statement.targets):
            return [t.id for t in statement.targets if isinstance(t, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _names_used(statements: list[ast.stmt]) -> set[str]:
    return {node.id for node in _walk_runtime(statements) if isinstance(node, ast.Name)}


def _walk_runtime(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node below ``statements`` but those that only a type checker sees."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and _is_type_checking(node):
            waiting += node.orelse
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def _is_type_checking(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _digest_of(statements: list[ast.stmt]) -> str:
    return digest([_plain(s) for s in _without_docstring(statements)])


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def _plain(node: object) -> object:
    """A syntax tree as JSON, without places, docstrings and empty fields.

    Empty fields are left out because a new Python adds some (``type_params``): a project that
    moves to another Python must not become stale.
    """
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return node if isinstance(node, str | int | bool | None) else repr(node)
    if isinstance(node, ast.If) and _is_type_checking(node):
        return _plain(node.orelse)
    fields: dict[str, object] = {"node": type(node).__name__}
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Constant) and name == "kind":
            continue
        documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        if name == "body" and isinstance(node, documented):
            value = _without_docstring(value)
        if value is not None and value != []:
            fields[name] = _plain(value)
        elif isinstance(node, ast.Constant):
            fields[name] = None
    return fields
