"""The store: artifacts by key, each whole or absent, each made by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from reportgen.engine.artifact import MANIFEST, Artifact, DamagedArtifact, FileRecord, Manifest
from reportgen.engine.contents import write_contents
from reportgen.engine.digest import JSON, file_digest
from reportgen.files import disk_full, disk_full_explained, sync_folder, write_atomically

PROGRESS = "progress.json"
"""In a step's partial folder: how far it came, for people (``{"epoch": 3}``)."""

SPARE = 64 * 2**20
"""Bytes to leave free on the disk: journals, plans and the PDF must still fit."""


class Store:
    """A folder of artifacts.

    Args:
        root: the folder, ``.reportgen`` of a project.
        on_damage: told of each damaged artifact when it is set aside.
    """

    def __init__(
        self, root: Path, on_damage: Callable[[DamagedArtifact], None] = lambda _: None
    ) -> None:
        self.root = root
        self._on_damage = on_damage

    def folder(self, key: str) -> Path:
        """Where the artifact of ``key`` is or would be."""
        return self.root / "store" / key[:2] / key

    def partial(self, key: str) -> Path:
        """Where a step keeps what it needs to go on after an interruption."""
        return self.root / "partial" / key

    def progress(self, key: str) -> Mapping[str, JSON] | None:
        """How far an interrupted step came: what it noted in its partial folder, or None."""
        try:
            noted = json.loads((self.partial(key) / PROGRESS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return noted if isinstance(noted, dict) else None

    def find(self, key: str) -> Artifact | None:
        """The artifact of ``key``, or None; a damaged one is set aside and counts as absent.

        Only sizes and times are compared here, unless those are in doubt (a copied project has
        new times): then every byte is read once, and the manifest's time renewed.
        """
        folder = self.folder(key)
        if not folder.is_dir():
            return None
        try:
            artifact = Artifact.at(folder)
            if artifact.manifest.key != key:
                raise DamagedArtifact(folder, "the manifest is another artifact's")
            if not artifact.looks_intact():
                artifact.verify()
                with suppress(OSError):
                    os.utime(folder / MANIFEST)
        except DamagedArtifact as damage:
            self.set_aside(damage)
            return None
        return artifact

    def keys(self) -> list[str]:
        """The keys of all artifacts in the store."""
        return sorted(path.parent.name for path in (self.root / "store").glob(f"??/*/{MANIFEST}"))

    def set_aside(self, damage: DamagedArtifact) -> None:
        """Move a damaged artifact out of the way, keep its bytes, and say so."""
        target = self.root / "damaged" / f"{damage.folder.name}-{time.time_ns()}"
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            damage.folder.rename(target)
            self._on_damage(damage)

    @contextmanager
    def lock(self, key: str, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the key's lock: the kernel's own, so a killed holder leaves none behind."""
        path = self.root / "locks" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    @contextmanager
    def workspace(self, key: str) -> Iterator[Path]:
        """A temporary folder beside the artifact's place, gone if it isn't committed."""
        parent = self.folder(key).parent
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f".{key}."))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def commit(
        self,
        workspace: Path,
        ingredients: Mapping[str, JSON],
        key: str,
        contents: Mapping[str, object],
        provenance: Callable[[], Mapping[str, JSON]],
    ) -> Artifact:
        """Write ``contents`` into ``workspace`` and make it the artifact of ``key``.

        The manifest is written last, everything is synced, and one rename makes it visible. What
        the step wrote into the workspace itself belongs to the artifact too.

        Raises:
            DiskFullError: it didn't fit; nothing of it is left.
        """
        with disk_full_explained(workspace, 0):
            write_contents(workspace, contents)
            files = {
                path.name: FileRecord(file_digest(path), path.stat().st_size)
                for path in sorted(workspace.iterdir())
            }
            for name in files:
                _sync_file(workspace / name)
            manifest = Manifest(key, ingredients, files, provenance())
            write_atomically(workspace / MANIFEST, manifest.encoded())
        workspace.chmod(0o755)
        self._publish(workspace, self.folder(key))
        shutil.rmtree(self.partial(key), ignore_errors=True)
        return Artifact.at(self.folder(key))

    def _publish(self, workspace: Path, folder: Path) -> None:
        if folder.exists():  # made afresh on request: the old one stays until the new one is whole
            retired = folder.with_name(f".{folder.name}.retired")
            shutil.rmtree(retired, ignore_errors=True)
            folder.rename(retired)
            workspace.rename(folder)
            shutil.rmtree(retired, ignore_errors=True)
        else:
            workspace.rename(folder)
        sync_folder(folder.parent)

    def require_space(self, needed: int) -> None:
        """Raise DiskFullError unless ``needed`` bytes (and a spare) fit on the disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.root).free < needed + min(SPARE, needed):
            raise disk_full(self.root, needed)

    def remember(self, step: str, ingredients: Mapping[str, JSON]) -> None:
        """Note what a step was last made of, so that a later plan can say what changed."""
        text = json.dumps(ingredients, ensure_ascii=False, sort_keys=True)
        path = self._memory(step)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)

    def remembered(self, step: str) -> Mapping[str, JSON] | None:
        """What a step was last made of, or None."""
        try:
            found = json.loads(self._memory(step).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _memory(self, step: str) -> Path:
        return self.root / "last" / f"{step}.json"

    def sweep(self) -> None:
        """Remove the temporary folders that killed processes left."""
        for leftover in (self.root / "store").glob("??/.*"):
            key = leftover.name.split(".")[1]
            with self.trying_lock(key) as free:
                if free and leftover.suffix == ".retired" and not self.folder(key).exists():
                    leftover.rename(self.folder(key))
                elif free:
                    shutil.rmtree(leftover, ignore_errors=True)

    @contextmanager
    def trying_lock(self, key: str) -> Iterator[bool]:
        """Hold the key's lock if nobody else does; yields whether it is held."""
        path = self.root / "locks" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def _sync_file(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
