"""What was last built under which name: the request that zip, show and check look at again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

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
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        write_atomically(_path(project, self.name), text)

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
            UsageError: there was none.
        """
        names = [name] if name else [path.stem for path in _folder(project).glob("*.json")]
        paths = [path for one in names if (path := _path(project, one)).is_file()]
        if not paths:
            asked = name or "APELLIDO_NOMBRE"
            raise UsageError(
                f"nothing was built under the name {name} yet" if name else "nothing was built yet",
                hint=f"run `reportgen build --name {asked}` first",
            )
        return cls._read(max(paths, key=lambda path: path.stat().st_mtime_ns))

    @classmethod
    def of(cls, project: Project, name: str) -> BuildRecord | None:
        """The last build under ``name``, if there was one."""
        path = _path(project, name)
        return cls._read(path) if path.is_file() else None

    @classmethod
    def _read(cls, path: Path) -> BuildRecord:
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            found["name"],
            tuple(found["overrides"]),
            tuple(found["only"]),
            tuple(found["templates"]),
        )


def _folder(project: Project) -> Path:
    return project.store / "builds"


def _path(project: Project, name: str) -> Path:
    return _folder(project) / f"{name}.json"
