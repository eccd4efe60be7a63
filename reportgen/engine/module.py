"""One parsed source file: what its statements bind, and what they do when it is imported."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from reportgen.engine.syntax import effective, normalised, on_import, root, walk

_DYNAMIC = frozenset(
    {"__builtins__", "__import__", "builtins", "compile", "eval", "exec", "import_module"}
    | {"importlib", "inspect", "pkgutil", "runpy", "sys", ".__globals__", ".__subclasses__"}
)
"""Words with which a module may use any definition without naming it (attributes: with a dot)."""

_OPAQUE = _DYNAMIC | {"*", "__init_subclass__", "globals", "locals", "metaclass", "vars"}
"""Words with which a module may use its own definitions without naming them."""

_READS = frozenset(
    {"__file__", "importlib", "open", ".fromfile", ".genfromtxt", ".imread", ".load", ".loadtxt"}
    | {".open", ".read_bytes", ".read_csv", ".read_text"}
)
"""Words with which a module may read a file that lies beside it."""

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Module:
    """One parsed source file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        with tokenize.open(path) as file:  # as Python reads it: a mark or a line names the encoding
            self.text = file.read()
        self.tree = ast.parse(self.text, filename=str(path))

    def binding(self, name: str) -> list[ast.stmt]:
        """The statements that bind ``name``."""
        return self._bindings.get(name, [])

    def effects(self, acts: Callable[[str], bool], hooks: Callable[[str], bool]) -> list[ast.stmt]:
        """The statements that do something on import, whoever uses what they bind.

        Args:
            acts: whether a call of this name may change something of the project's own.
            hooks: whether making a subclass of this name may.
        """
        return [
            s
            for s in effective(self.tree.body, self.documented)
            if not _names_bound(s) or _acts(s, acts, hooks)
        ]

    @property
    def opaque(self) -> bool:
        """Whether it can't be told which of its definitions use which."""
        return bool(self._words & _OPAQUE)

    @property
    def dynamic(self) -> bool:
        """Whether it can't be told which definitions of other modules it uses."""
        return bool(self._words & _DYNAMIC)

    @property
    def reads(self) -> bool:
        """Whether it may read files."""
        return bool(self._words & _READS)

    @property
    def documented(self) -> bool:
        """Whether docstrings are values here, and so count."""
        return bool(self._words & {"__doc__", ".__doc__", ".getdoc", "getdoc"})

    def normalised(self, statements: list[ast.stmt]) -> str:
        """The digest of some of its statements, whatever their comments and layout."""
        return normalised(statements, self.documented)

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
            inner = (n.target.id for n in on_import(statement) if isinstance(n, ast.NamedExpr))
            for name in {*_names_bound(statement), *inner}:
                bindings.setdefault(name, []).append(statement)
        return bindings

    @cached_property
    def _words(self) -> set[str]:
        """The names that it mentions; attributes with a dot before them."""
        words = set()
        for node in ast.walk(self.tree):
            match node:
                case ast.Name(id=word) | ast.FunctionDef(name=word) | ast.keyword(arg=str(word)):
                    words.add(word)
                case ast.Attribute(attr=word):
                    words.add(f".{word}")
                case ast.alias(name=word) | ast.ImportFrom(module=str(word)):
                    words.add(word.partition(".")[0])
        return words


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


def _acts(statement: ast.stmt, acts: Callable[[str], bool], hooks: Callable[[str], bool]) -> bool:
    """Whether a statement that binds a name does more when it is imported.

    Any call may, but for definitions: there a call of what isn't the project's own (a library's
    decorator, a field of a model) is trusted to do nothing else.
    """
    nodes = list(on_import(statement))
    if any(_changes(node) for node in nodes):
        return True
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    if not isinstance(statement, _DEFINITION):
        return bool(calls)
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    called = [*calls, *statement.decorator_list]
    called += [keyword.value for one in classes for keyword in one.keywords]  # a metaclass
    called += [value for one in classes for value in _members(one)]  # their __set_name__
    bases = [base for one in classes for base in one.bases]
    return any(acts(root(one)) for one in called) or any(hooks(root(one)) for one in bases)


def _changes(node: ast.AST) -> bool:
    """Whether a node changes a value in place: ``a[0] = …``, ``a.b = …``, ``del …``, ``a += …``."""
    target = isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)
    return target or isinstance(node, ast.AugAssign | ast.Delete)


def _members(definition: ast.ClassDef) -> Iterator[ast.expr]:
    """The values that a class keeps as they are."""
    for statement in definition.body:
        value = getattr(statement, "value", None)
        if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
            yield value
