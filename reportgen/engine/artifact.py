"""An artifact: the files that a step left, and the manifest that vouches for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.engine.digest import JSON, digest, file_digest, sealed, unsealed
from reportgen.engine.letter import check_letter
from reportgen.errors import RunError

if TYPE_CHECKING:
    import numpy as np

MANIFEST = "manifest.json"
OMITTED = "omitted.json"
"""In an imported artifact's folder: the names of the files that were left where it was made."""
VALUE = "value.json"


class DamagedArtifact(RunError):  # noqa: N818 - a finding that a build mends
    """Stored bytes that aren't those that were written.

    Args:
        folder: the artifact's folder.
        what: what was found.
    """

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(
            f"{folder.name}: {what}", hint="run `reportgen build` again: it makes this anew"
        )
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.folder, self.message.removeprefix(f"{self.folder.name}: "))


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

    @cached_property
    def digest(self) -> str:
        """The content digest: equal for equal files, whenever and wherever they were made."""
        return digest({name: record.sha256 for name, record in self.files.items()})

    def encoded(self) -> str:
        """The manifest as a text that also vouches for itself; `decoded` reads it."""
        return sealed(asdict(self))

    @classmethod
    def decoded(cls, text: str) -> Manifest:
        """The manifest that `encoded` wrote.

        Raises:
            ValueError: it isn't what was written, or its key isn't that of its ingredients.
        """
        body = unsealed(text)
        check_letter(body)
        files = {name: FileRecord(**record) for name, record in body["files"].items()}
        found = cls(body["key"], body["ingredients"], files, body["provenance"])
        if found.key != digest(found.ingredients):
            raise ValueError("the key isn't that of the ingredients")
        return found


@dataclass(frozen=True)
class Artifact:
    """A stored artifact; every reading is checked against the manifest first.

    Attributes:
        folder: where it is.
        manifest: what it must be.
        omitted: files that were left where it was made; reading one finds it missing.
    """

    folder: Path
    manifest: Manifest
    omitted: frozenset[str] = frozenset()

    @classmethod
    def at(cls, folder: Path) -> Artifact:
        """The artifact in ``folder``.

        Raises:
            DamagedArtifact: the manifest is missing, changed, or another artifact's.
        """
        try:
            manifest = Manifest.decoded((folder / MANIFEST).read_text(encoding="utf-8"))
            omitted = _omitted(folder)
        except (OSError, ValueError) as error:
            raise DamagedArtifact(folder, f"unreadable manifest ({error})") from error
        if manifest.key != folder.name:
            raise DamagedArtifact(folder, "the manifest is another artifact's")
        return cls(folder, manifest, omitted)

    @property
    def files(self) -> Mapping[str, FileRecord]:
        """The files by name."""
        return self.manifest.files

    @property
    def digest(self) -> str:
        """The content digest."""
        return self.manifest.digest

    def path(self, name: str = VALUE) -> Path:
        """The path of a file whose bytes have been checked.

        Raises:
            DamagedArtifact: the file is missing, cut or changed.
        """
        record = self.files.get(name)
        if record is None:
            raise KeyError(f"{self.folder.name} holds no {name!r}; it has {list(self.files)}")
        path = self.folder / name
        try:
            if path.stat().st_size != record.size:
                raise DamagedArtifact(
                    self.folder, f"{name} has {path.stat().st_size} bytes instead of {record.size}"
                )
            if file_digest(path) != record.sha256:
                raise DamagedArtifact(self.folder, f"{name} was changed: its sha256 is another")
        except OSError as error:
            raise DamagedArtifact(self.folder, f"{name} can't be read ({error})") from error
        return path

    def json(self, name: str = VALUE) -> Any:
        """The value of a JSON file."""
        return json.loads(self.path(name).read_text(encoding="utf-8"))

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """A ``.npy`` file, mapped into memory read-only."""
        import numpy as np

        loaded: np.ndarray[Any, Any] = np.load(self.path(name), mmap_mode="r", allow_pickle=False)
        return loaded

    def verify(self, *, whole: bool = False) -> None:
        """Read every byte; raises DamagedArtifact at the first fault.

        Args:
            whole: an omitted file is a fault too.
        """
        for name in self.files.keys() - (frozenset() if whole else self.omitted):
            self.path(name)

    def looks_intact(self) -> bool:
        """Compare sizes and times only: False if a file was cut, or touched after the manifest."""
        try:
            vouched = (self.folder / MANIFEST).stat().st_mtime_ns
            for name in self.files.keys() - self.omitted:
                found = (self.folder / name).stat()
                if found.st_size != self.files[name].size or found.st_mtime_ns > vouched:
                    return False
        except OSError:
            return False
        return True


def _omitted(folder: Path) -> frozenset[str]:
    try:
        names = unsealed((folder / OMITTED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return frozenset()
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{OMITTED} isn't a list of names")
    return frozenset(names)
