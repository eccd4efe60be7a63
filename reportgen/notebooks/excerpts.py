"""Definitions quoted from the sources, with all that they need, so that they stand alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from reportgen.engine.module import Module
from reportgen.engine.sources import Sources

_ImportStatement = ast.Import | ast.ImportFrom


@dataclass
class Excerpts:
    """Quotes definitions for one notebook, each once.

    Attributes:
        code: where the first-party sources are.
    """

    code: Sources
    _given: dict[str, str] = field(default_factory=dict)

    def quote(self, *references: str) -> str:
        """The exact text of definitions (``"module:name"``) and of what they use.

        First-party definitions stand before those that use them, libraries are imported. What was
        quoted before is left out, but for its imports.

        Raises:
            LookupError: a definition isn't there or can't stand alone: it uses a first-party
                module as a whole, or bears the name of another one.
        """
        imports = {"from __future__ import annotations": None}
        texts: list[str] = []
        for reference in references:
            module, _, name = reference.partition(":")
            self._take(self._module(module), name, imports, texts)
        return "\n\n\n".join(["\n".join(imports), *texts])

    def _take(self, module: Module, name: str, imports: dict[str, None], texts: list[str]) -> None:
        reference = f"{module.name}:{name}"
        if self._given.get(name) == reference:
            return
        if name in self._given:
            raise LookupError(f"{reference} bears the name of {self._given[name]}")
        self._given[name] = reference
        text, _ = module.text_of(name)
        self._check_inner(module, reference, text)
        imported = _imports(module)
        for used in _names(text):
            if used in imported:
                self._follow(module, used, imported[used], imports, texts)
            elif module.binding(used):
                self._take(module, used, imports, texts)
        texts.append(text.rstrip("\n"))

    def _check_inner(self, module: Module, reference: str, text: str) -> None:
        """What is imported only when the definition runs must be a library's."""
        for node in ast.walk(ast.parse(text)):
            origins: list[str] = []
            if isinstance(node, ast.ImportFrom):
                origins = [module.absolute(node)]
            elif isinstance(node, ast.Import):
                origins = [alias.name for alias in node.names]
            if any(self.code.module(origin) is not None for origin in origins):
                raise LookupError(f"{reference} imports {origins[0]}, which can't be quoted")

    def _follow(
        self,
        module: Module,
        name: str,
        statement: _ImportStatement,
        imports: dict[str, None],
        texts: list[str],
    ) -> None:
        """An imported name: a library's is imported, a first-party definition is quoted."""
        alias = next(a for a in statement.names if name == _bound(a))
        if isinstance(statement, ast.ImportFrom):
            origin = module.absolute(statement)
            found = self.code.module(origin)
            whole = self.code.module(f"{origin}.{alias.name}")
        else:
            origin, found, whole = alias.name, None, self.code.module(alias.name)
        if whole is not None or (found is not None and alias.asname):
            raise LookupError(f"{module.name} uses {name!r} of {origin}, which can't be quoted")
        if found is not None:
            self._take(found, alias.name, imports, texts)
        elif isinstance(statement, ast.ImportFrom):
            imports[ast.unparse(ast.ImportFrom(origin, [alias], 0))] = None
        else:
            imports[ast.unparse(ast.Import([alias]))] = None

    def _module(self, name: str) -> Module:
        module = self.code.module(name)
        if module is None:
            raise LookupError(f"{name} isn't first-party code")
        return module


def _imports(module: Module) -> dict[str, _ImportStatement]:
    """The names that a module imports at its top, for the type checker too."""
    found: dict[str, _ImportStatement] = {}
    for statement in module.tree.body:
        inner = statement.body if isinstance(statement, ast.If) else [statement]
        for one in inner:
            if isinstance(one, ast.Import | ast.ImportFrom):
                found.update({_bound(alias): one for alias in one.names})
    return found


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _names(text: str) -> Iterator[str]:
    """The names that a definition takes from around it, each once, in the order of the text."""
    found = {name.id: name for name in reversed(list(_free(ast.parse(text), frozenset())))}
    yield from sorted(found, key=lambda name: (found[name].lineno, found[name].col_offset))


def _free(node: ast.AST, local: frozenset[str]) -> Iterator[ast.Name]:
    """The names below ``node`` that no function around them binds."""
    if isinstance(node, ast.Name) and node.id not in local:
        yield node
    inner = local
    if isinstance(node, ast.FunctionDef):
        for one in ast.walk(node):
            if isinstance(one, ast.arg):
                inner |= {one.arg}
            elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                inner |= {one.id}
    body = getattr(node, "body", None)
    for child in ast.iter_child_nodes(node):
        yield from _free(child, inner if isinstance(body, list) and child in body else local)
