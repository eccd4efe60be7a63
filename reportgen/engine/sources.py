"""Which first-party code a step can reach, and the digest of each piece.

Two grains: in the packages of ``whole`` (the engine's own) a module is one piece, closed over
its imports; in the packages of ``fine`` (the project's experiments) each top-level definition
is one, so that a change of one network doesn't retrain another. Rerunning too much is a
nuisance, a stale result is a lie: where the reach of a statement can't be told, it counts.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from reportgen.engine.digest import digest
from reportgen.engine.module import Module, names_used, normalised, walk

_ON_IMPORT = "*"
"""In place of a definition: what the module's statements do when it is imported."""

_NAMES_CODE = re.compile(r"\w+(\.\w+)+(:\w+)?")


class Sources:
    """The first-party source trees.

    A reference is ``"package.module"``, ``"package.module:definition"`` or, for what importing it
    does, ``"package.module:*"``.

    Args:
        whole: package name → folder; a module is one piece.
        fine: package name → folder; a top-level definition is one piece.
    """

    def __init__(self, whole: Mapping[str, Path], fine: Mapping[str, Path]) -> None:
        self._folders = {**whole, **fine}
        self._fine = set(fine)
        self._modules: dict[str, Module | None] = {}
        self._pieces: dict[str, tuple[str | None, list[str]]] = {}

    def reach(self, *references: str) -> dict[str, str]:
        """Every piece that ``references`` can reach, with the digest of its normalised source.

        Raises:
            LookupError: a reference names no first-party module.
        """
        found: dict[str, str | None] = {}
        waiting = list(references)
        while waiting:
            reference = waiting.pop()
            if reference not in found:
                if reference not in self._pieces:
                    self._pieces[reference] = self._piece(reference)
                found[reference], further = self._pieces[reference]
                waiting += further
        return {name: piece for name, piece in sorted(found.items()) if piece is not None}

    def module(self, name: str) -> Module | None:
        """The module called ``name``, or None where it isn't first-party."""
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def fingerprint(self) -> str:
        """The digest of every source file's exact bytes: what a stored plan is keyed on."""
        places = {
            path: f"{package}/{path.relative_to(folder).as_posix()}"
            for package, folder in self._folders.items()
            for path in folder.rglob("*.py")
        }
        files = self.files()
        return digest({place: files[str(path)] for path, place in places.items()})

    def files(self) -> dict[str, str]:
        """The sha256 of every source file's exact bytes, by its path."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in self._folders.values()
            for path in folder.rglob("*.py")
        }

    def _find(self, name: str) -> Module | None:
        package, *rest = name.split(".")
        if package not in self._folders or not all(part.isidentifier() for part in rest):
            return None
        base = self._folders[package].joinpath(*rest)
        for path in (base / "__init__.py", base.with_suffix(".py") if rest else None):
            if path is not None and path.is_file():
                return Module(name, path)
        return None

    def _piece(self, reference: str) -> tuple[str | None, list[str]]:
        """The digest of one piece (None for a mere signpost), and where it leads."""
        name, _, definition = reference.partition(":")
        module = self.module(name)
        if module is None:
            raise LookupError(f"no first-party source for {reference!r}")
        definition = definition.partition(".")[0]
        if definition == _ON_IMPORT:
            effects = module.effects(lambda called: self._is_own(module, called))
            imports = [i for i in self._imports(module, module.tree.body) if i.endswith(":*")]
            leads = [*imports, *self._leads(module, effects)]
            return (normalised(effects) if effects else None), leads
        if definition and self._is_fine(name) and not module.opaque and module.binding(definition):
            statements = module.binding(definition)
            leads = [*self._on_import(name), *self._leads(module, statements)]
            return normalised(statements), leads
        if definition:
            return None, [name]
        body = module.tree.body
        return normalised(body), [*self._on_import(name), *self._imports(module, body)]

    def _is_fine(self, module: str) -> bool:
        return module.partition(".")[0] in self._fine

    def _is_own(self, module: Module, name: str) -> bool:
        """Whether ``name`` in ``module`` is one of the project's own definitions."""
        for statement in module.binding(name):
            match statement:
                case ast.ImportFrom():
                    origins = [module.absolute(statement)]
                case ast.Import():
                    origins = [alias.name for alias in statement.names]
                case _:
                    return True
            if any(self._is_fine(origin) for origin in origins):
                return True
        return False

    def _leads(self, module: Module, statements: list[ast.stmt]) -> Iterator[str]:
        """What some statements of a fine-grained module lead to."""
        yield from self._imports(module, statements)
        for name in names_used(statements):
            if module.binding(name):
                yield f"{module.name}:{name}"

    def _imports(self, module: Module, statements: list[ast.stmt]) -> Iterator[str]:
        for node in walk(statements):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._on_import(alias.name)
                    if self.module(alias.name) is not None:
                        yield alias.name
            elif isinstance(node, ast.ImportFrom):
                yield from self._imported_from(module, node)
            elif isinstance(node, ast.Constant) and self._names_code(node.value):
                yield str(node.value)

    def _names_code(self, value: object) -> bool:
        """Whether a constant is a name for `importlib`, or a reference as steps have them."""
        return (
            isinstance(value, str)
            and _NAMES_CODE.fullmatch(value) is not None
            and self.module(value.partition(":")[0]) is not None
        )

    def _imported_from(self, module: Module, node: ast.ImportFrom) -> Iterator[str]:
        origin = module.absolute(node)
        yield from self._on_import(origin)
        for alias in node.names:
            submodule = f"{origin}.{alias.name}"
            if self.module(submodule) is not None:
                yield from self._on_import(submodule)
                yield submodule
            elif self.module(origin) is not None:
                yield origin if alias.name == "*" else f"{origin}:{alias.name}"

    def _on_import(self, name: str) -> Iterator[str]:
        """Importing ``a.b.c`` runs ``a``, ``a.b`` and ``a.b.c``."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            if self.module(part) is not None:
                yield f"{part}:{_ON_IMPORT}" if self._is_fine(part) else part
