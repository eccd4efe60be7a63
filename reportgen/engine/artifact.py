"""An artifact: the files that a step left, and the manifest that vouches for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.engine.digest import JSON, digest, file_digest

if TYPE_CHECKING:
    import numpy as np

MANIFEST = "manifest.json"
VALUE = "value.json"


class DamagedArtifact(Exception):  # noqa: N818 - a finding that the runner mends
    """Stored bytes that aren't those that were written.

    Args:
        folder: the artifact's folder.
        what: what was found.
    """

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(folder, what)
        self.folder = folder
        self.what = what

    def __str__(self) -> str:
        return f"{self.folder.name}: {self.what}"


@dataclass(frozen=True)
class FileRecord:
    """What a file must be: its sha256 and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What an artifact is made of, where it came from, and what its files must be.

    Attributes:
        key: the step's key; the artifact's address.
        ingredients: what the key is made of (`Step.ingredients`).
        files: name → record of each file.
        provenance: when, where and how it was made; in no digest.
    """

    key: str
    ingredients: Mapping[str, JSON]
    files: Mapping[str, FileRecord]
    provenance: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The content digest: equal for equal files, whenever and wherever they were made."""
        return digest({name: record.sha256 for name, record in self.files.items()})

    def encoded(self) -> str:
        """The manifest as a text that also vouches for itself."""
        body = asdict(self)
        return json.dumps({"sha256": digest(body), "manifest": body}, ensure_ascii=False, indent=1)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of an artifact's folder.

        Raises:
            DamagedArtifact: it is no manifest, or not the one that was written.
        """
        try:
            outer = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            body = outer["manifest"]
            intact = outer["sha256"] == digest(body) and body["key"] == digest(body["ingredients"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedArtifact(folder, f"unreadable manifest ({error})") from error
        if not intact:
            raise DamagedArtifact(folder, "the manifest's own digest doesn't match")
        files = {name: FileRecord(**record) for name, record in body["files"].items()}
        return cls(body["key"], body["ingredients"], files, body["provenance"])


@dataclass(frozen=True)
class Artifact:
    """A stored artifact; every reading is checked against the manifest first."""

    folder: Path
    manifest: Manifest

    @classmethod
    def at(cls, folder: Path) -> Artifact:
        """The artifact in ``folder``; raises DamagedArtifact as `Manifest.read` does."""
        return cls(folder, Manifest.read(folder))

    def path(self, name: str = VALUE) -> Path:
        """The path of a file whose bytes have been checked.

        Raises:
            DamagedArtifact: the file is missing, cut or changed.
        """
        record = self.manifest.files.get(name)
        if record is None:
            raise KeyError(f"{self.folder.name} holds no {name!r}; it has {list(self.files)}")
        path = self.folder / name
        if not path.is_file():
            raise DamagedArtifact(self.folder, f"{name} is missing")
        if path.stat().st_size != record.size:
            raise DamagedArtifact(
                self.folder, f"{name} has {path.stat().st_size} bytes instead of {record.size}"
            )
        if file_digest(path) != record.sha256:
            raise DamagedArtifact(self.folder, f"{name} was changed (its sha256 doesn't match)")
        return path

    def json(self, name: str = VALUE) -> Any:
        """The value of a JSON file."""
        return json.loads(self.path(name).read_text(encoding="utf-8"))

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """A ``.npy`` file, mapped into memory read-only."""
        import numpy as np

        loaded: np.ndarray[Any, Any] = np.load(self.path(name), mmap_mode="r", allow_pickle=False)
        return loaded

    @property
    def files(self) -> Mapping[str, FileRecord]:
        """The files by name."""
        return self.manifest.files

    @property
    def size(self) -> int:
        """All files together, in bytes."""
        return sum(record.size for record in self.manifest.files.values())

    def verify(self) -> None:
        """Read every byte; raises DamagedArtifact at the first fault."""
        for name in self.files:
            self.path(name)

    def looks_intact(self) -> bool:
        """Compare sizes and times only: False if a file was cut, or touched after the manifest."""
        vouched = (self.folder / MANIFEST).stat().st_mtime_ns
        for name, record in self.files.items():
            try:
                found = (self.folder / name).stat()
            except FileNotFoundError:
                return False
            if found.st_size != record.size or found.st_mtime_ns > vouched:
                return False
        return True
