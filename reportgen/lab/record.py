"""What was last built under which name: the request that zip, show and check look at again."""

from __future__ import annotations

import json
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

    def folders(self, project: Project) -> list[Path]:
        """The template folders, the author's own first."""
        return [project.root / folder for folder in self.templates]

    @classmethod
    def last(cls, project: Project, name: str | None = None) -> BuildRecord:
        """The last build under ``name``, or the last of all.

        Raises:
            UsageError: there was none.
        """
        candidates = [_path(project, name)] if name else list(_folder(project).glob("*.json"))
        existing = [path for path in candidates if path.is_file()]
        if not existing:
            asked = name or "APELLIDO_NOMBRE"
            raise UsageError(
                f"nothing was built under the name {name} yet" if name else "nothing was built yet",
                hint=f"run `reportgen build --name {asked}` first",
            )
        newest = max(existing, key=lambda path: path.stat().st_mtime_ns)
        found = json.loads(newest.read_text(encoding="utf-8"))
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
