"""What was last built under which name: the request that zip, show and check look at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from reportgen.engine.digest import sealed, unsealed
from reportgen.errors import UsageError
from reportgen.files import write_atomically
from reportgen.project import Project


@dataclass(frozen=True)
class BuildRecord:
    """One build's request.

    Attributes:
        name: the author's.
        overrides: ``section.key=value``, as after ``--set``.
        only: the sections that were kept; empty: all.
        templates: the folders that were searched, relative to the project where they lie in it.
    """

    name: str
    overrides: tuple[str, ...]
    only: tuple[str, ...]
    templates: tuple[str, ...]

    def save(self, project: Project) -> None:
        """Make this the last build under its name, and the last of all."""
        write_atomically(_path(project, self.name), sealed(asdict(self)))

    def covers(self, only: Sequence[str]) -> bool:
        """Whether this build had every section of one with ``only``, and more."""
        return bool(only) and (not self.only or set(only) < set(self.only))

    def folders(self, project: Project) -> list[Path]:
        """The template folders, the author's own first."""
        return [project.root / folder for folder in self.templates]

    @classmethod
    def last(cls, project: Project, name: str | None = None) -> BuildRecord:
        """The last build under ``name``, or the last of all.

        Raises:
            UsageError: there was none, or what was noted of it is damaged.
        """
        names = [name] if name else [path.stem for path in _folder(project).glob("*.json")]
        paths = [path for one in names if (path := _path(project, one)).is_file()]
        found = [(path, record) for path in paths if (record := cls._read(path))]
        if paths and not found:
            raise UsageError(
                f"what was noted of the last build under the name {paths[0].stem} is damaged",
                hint=f"run `reportgen build --name {paths[0].stem}` again: it notes it anew",
            )
        if not found:
            asked = name or "APELLIDO_NOMBRE"
            raise UsageError(
                f"nothing was built under the name {name} yet" if name else "nothing was built yet",
                hint=f"run `reportgen build --name {asked}` first",
            )
        return max(found, key=lambda one: one[0].stat().st_mtime_ns)[1]

    @classmethod
    def of(cls, project: Project, name: str) -> BuildRecord | None:
        """The last build under ``name``, if there was one."""
        return cls._read(_path(project, name))

    @classmethod
    def _read(cls, path: Path) -> BuildRecord | None:
        """The record in ``path``; None if there is none, or not what was written."""
        try:
            return TypeAdapter(cls).validate_python(unsealed(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None


def _folder(project: Project) -> Path:
    return project.store / "builds"


def _path(project: Project, name: str) -> Path:
    return _folder(project) / f"{name}.json"
