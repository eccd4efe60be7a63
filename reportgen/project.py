"""Where a project's things are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UsageError

SETTINGS = "reportgen.toml"


@dataclass(frozen=True)
class Project:
    """A folder with experiments, templates and settings."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """The project that ``start`` (default: the current folder) lies in.

        Raises:
            UsageError: no folder from there up holds a ``reportgen.toml``.
        """
        begin = (start or Path.cwd()).resolve()
        for folder in [begin, *begin.parents]:
            if (folder / SETTINGS).is_file():
                return cls(folder)
        raise UsageError(
            f"{begin} is no reportgen project: there is no {SETTINGS} in it or above it",
            hint="lay one with `reportgen init DIR`, then run the command inside DIR",
        )

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.root / SETTINGS

    @property
    def experiments(self) -> Path:
        """What is measured."""
        return self.root / "experiments"

    @property
    def templates(self) -> Path:
        """What is said."""
        return self.root / "templates"

    @property
    def build(self) -> Path:
        """Output only."""
        return self.root / "build"

    @property
    def store(self) -> Path:
        """What was measured."""
        return self.root / ".reportgen"


def shipped() -> Path:
    """The project that travels with the package, from which `reportgen init` lays a new one."""
    package = Path(__file__).parent
    installed = package / "starter"
    return installed if installed.is_dir() else package.parent


def cache() -> Path:
    """The per-user folder for downloads and file digests."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("reportgen"))
