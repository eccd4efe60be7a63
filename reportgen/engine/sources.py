"""Which first-party code a step can reach, and the digest of each piece.

Two grains: in the packages of ``whole`` (the engine's own) a module is one piece, closed over
its imports; in the packages of ``fine`` (the project's experiments) each top-level definition
is one, so that a change of one network doesn't retrain another. Rerunning too much is a
nuisance, a stale result is a lie: where the reach of a statement can't be told, it counts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from reportgen.engine.digest import digest, file_digest
from reportgen.engine.module import Module, names_used
from reportgen.engine.syntax import root, walk

_ON_IMPORT = "*"
"""In place of a definition: what the module's statements do when it is imported."""

_NAMES_CODE = re.compile(r"\w+(\.\w+)+(:\w+)?")


class Sources:
    """The first-party source trees.

    A reference is ``"package.module"``, ``"package.module:definition"`` or, for what importing it
    does, ``"package.module:*"``; a file that isn't code is ``"package/folder/file"``.

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

    def digests(self) -> dict[str, str]:
        """The sha256 of every file that counts, by its package and its place in it.

        A file that isn't code counts beside the fine-grained code, which may read it.
        """
        files = self._files(self._folders)
        counted = [n for n in files if n.endswith(".py") or n.partition("/")[0] in self._fine]
        return {name: file_digest(files[name]) for name in counted}

    def fingerprint(self) -> str:
        """The digest of every file that counts."""
        return digest(self.digests())

    def files(self) -> dict[str, str]:
        """The sha256 of every source file's exact bytes, by its path."""
        files = self._files(self._folders).values()
        return {str(path): file_digest(path) for path in files if path.suffix == ".py"}

    def _files(self, packages: Iterable[str]) -> dict[str, Path]:
        """The files of some packages, by the package's name and their place in it."""
        return {
            f"{package}/{path.relative_to(self._folders[package]).as_posix()}": path
            for package in packages
            for path in _below(self._folders[package])
        }

    @cached_property
    def _data(self) -> dict[str, str]:
        """The digests of the files beside the fine-grained code."""
        files = self._files(self._fine)
        return {name: file_digest(path) for name, path in files.items() if path.suffix != ".py"}

    @cached_property
    def _fine_modules(self) -> list[str]:
        """The names of all fine-grained modules that can be imported."""
        names = [module_of(name) for name in self._files(self._fine) if name.endswith(".py")]
        return [name for name in names if self._parses(name)]

    def _parses(self, name: str) -> bool:
        try:
            return self.module(name) is not None
        except (SyntaxError, ValueError):  # nor can it be imported
            return False

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
        if "/" in reference:
            return self._data[reference], []
        name, _, definition = reference.partition(":")
        module = self.module(name)
        if module is None:
            raise LookupError(f"no first-party source for {reference!r}")
        definition = definition.partition(".")[0]
        if definition == _ON_IMPORT:
            effects = module.effects(
                lambda called: self._is_own(module, called), lambda base: self._hooks(module, base)
            )
            imports = [i for i in self._imports(module, module.tree.body) if i.endswith(":*")]
            leads = [*imports, *self._leads(module, effects)]
            return (module.normalised(effects) if effects else None), leads
        if definition and self._is_fine(name) and not module.opaque and module.binding(definition):
            statements = module.binding(definition)
            leads = [*self._on_import(name), *self._leads(module, statements)]
            return module.normalised(statements), leads
        if definition:
            return None, [name]
        leads = [*self._on_import(name), *self._imports(module, module.tree.body)]
        return module.normalised(module.tree.body), [*leads, *self._unnamed(module)]

    def _is_fine(self, module: str) -> bool:
        return module.partition(".")[0] in self._fine

    def _fine_module(self, name: str) -> Module | None:
        return self.module(name) if self._is_fine(name) else None

    def _is_own(self, module: Module, name: str) -> bool:
        """Whether ``name`` in ``module`` is one of the project's own definitions."""
        for statement in [*module.binding(name), *module.binding("*")]:
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

    def _hooks(self, module: Module, name: str, below: frozenset[str] = frozenset()) -> bool:
        """Whether making a subclass of ``name`` in ``module`` may run the project's own code."""
        reference = f"{module.name}:{name}"
        if not name or reference in below:
            return True
        for statement in [*module.binding(name), *module.binding("*")]:
            match statement:
                case ast.ClassDef(bases=bases) if not module.opaque:
                    further = [(module, root(base)) for base in bases]
                case ast.ImportFrom() if origin := self._fine_module(module.absolute(statement)):
                    aliases = [a for a in statement.names if (a.asname or a.name) in (name, "*")]
                    further = [(origin, name if a.name == "*" else a.name) for a in aliases]
                    if not all(origin.binding(base) for origin, base in further):
                        return True
                case _ if self._is_own(module, name):
                    return True
                case _:
                    continue
            if any(self._hooks(*one, below | {reference}) for one in further):
                return True
        return False

    def _leads(self, module: Module, statements: list[ast.stmt]) -> Iterator[str]:
        """What some statements of a fine-grained module lead to."""
        yield from self._imports(module, statements)
        if statements:
            yield from self._unnamed(module)
        for name in names_used(statements):
            if module.binding(name):
                yield f"{module.name}:{name}"

    def _unnamed(self, module: Module) -> Iterator[str]:
        """Where a fine-grained module may lead without naming it: to any other, to any file."""
        if self._is_fine(module.name) and module.dynamic:
            for name in self._fine_modules:
                yield from self._on_import(name)
                yield name
        if self._is_fine(module.name) and module.reads:
            yield from self._data

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
            if self.module(origin) is not None:  # its own attribute hides a submodule
                yield origin if alias.name == "*" else f"{origin}:{alias.name}"

    def _on_import(self, name: str) -> Iterator[str]:
        """Importing ``a.b.c`` runs ``a``, ``a.b`` and ``a.b.c``."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            if self.module(part) is not None:
                yield f"{part}:{_ON_IMPORT}" if self._is_fine(part) else part


def module_of(file: str) -> str:
    """The module that a file is, by its name in `Sources.digests`."""
    return file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _below(folder: Path, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """All files below a folder, through links too; hidden ones are editors' and systems' own."""
    place = folder.resolve()
    if place in above or not place.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield from _below(path, above | {place})
        elif path.is_file():
            yield path
