"""The store: artifacts by key, each whole or absent, each made by one process at a time."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from reportgen.engine.artifact import MANIFEST, Artifact, DamagedArtifact, FileRecord, Manifest
from reportgen.engine.contents import write_contents
from reportgen.engine.digest import JSON, file_digest, sealed, unsealed
from reportgen.engine.locks import holding, trying
from reportgen.files import disk_full, disk_full_explained, sweep, sync_folder, write_atomically

PROGRESS = "progress.json"
"""In a step's partial folder: how far it came, for people (``{"epoch": 3}``)."""

SPARE = 64 * 2**20
"""Bytes to leave free on the disk: journals, plans and the PDF must still fit."""

_RETIRED = ".retired"


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

    def partial(self, key: str, since: str = "") -> Path:
        """Where a step keeps what it needs to go on after an interruption.

        Args:
            key: the step's key.
            since: of a build that makes everything anew: it goes on from no older state.
        """
        return self.root / "partial" / (f"{key}-{since}" if since else key)

    def progress(self, key: str, since: str = "") -> Mapping[str, JSON] | None:
        """How far an unfinished step came: what it noted in its partial folder, or None.

        Args:
            key: the step's key.
            since: of the build that makes it, as for `partial`.
        """
        try:
            noted = json.loads((self.partial(key, since) / PROGRESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return noted if isinstance(noted, dict) else None

    def find(self, key: str, since: str = "") -> Artifact | None:
        """The artifact of ``key``, or None; a damaged one is set aside and counts as absent.

        Only sizes and times are compared here, unless those are in doubt (a copied project has
        new times): then every byte is read once, and the manifest's time renewed.

        Args:
            key: the step's key.
            since: an artifact that was begun before this moment counts as absent.
        """
        folder = self.folder(key)
        if not folder.is_dir():
            return None
        try:
            artifact = Artifact.at(folder)
            if not artifact.looks_intact():
                artifact.verify()
                with suppress(OSError):
                    os.utime(folder / MANIFEST)
        except DamagedArtifact as damage:
            self.set_aside(damage)
            return None
        return artifact if str(artifact.manifest.provenance.get("started", "")) >= since else None

    def keys(self) -> list[str]:
        """The keys of all artifacts in the store."""
        return sorted(path.name for path in (self.root / "store").glob("??/[!.]*"))

    def set_aside(self, damage: DamagedArtifact) -> None:
        """Move a damaged artifact out of the way, keep its bytes, and say so.

        It is looked at again first: another build may have made it anew meanwhile.
        """
        try:
            Artifact.at(damage.folder).verify(whole=True)
        except DamagedArtifact:
            target = self.root / "damaged" / f"{damage.folder.name}-{time.time_ns()}"
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                damage.folder.rename(target)
                self._on_damage(damage)

    def in_use(self, on_wait: Callable[[], None] = lambda: None) -> AbstractContextManager[None]:
        """Keep `clean` away while a build reads and writes here.

        Args:
            on_wait: called once if `clean` is at work and has to be waited for.
        """
        return holding(self.root / "in-use", shared=True, on_wait=on_wait)

    def publishing(self) -> AbstractContextManager[None]:
        """Let one build at a time write what people read."""
        return holding(self.root / "publishing")

    def unused(self) -> AbstractContextManager[bool]:
        """Yields whether no build is at work here, and keeps new ones waiting if so."""
        return trying(self.root / "in-use")

    def at_work(self, key: str) -> bool:
        """Whether a process is making the artifact of ``key`` at this moment."""
        lock = self._lock(key)
        if not lock.exists():
            return False
        with trying(lock, shared=True) as free:
            return not free

    def busy(self) -> bool:
        """Whether a process is making any artifact at this moment."""
        return any(self.at_work(lock.name) for lock in (self.root / "locks").glob("*"))

    @contextmanager
    def lock(
        self,
        key: str,
        on_wait: Callable[[], None] = lambda: None,
        pause: Callable[[], None] = lambda: None,
    ) -> Iterator[None]:
        """Hold the key's lock (see `locks.holding`), and tidy up after a killed holder."""
        with holding(self._lock(key), on_wait=on_wait, pause=pause):
            self._tidy(key)
            yield

    def sweep(self) -> None:
        """Tidy up after killed processes, but where others are at work."""
        for key in {leftover.name.split(".")[1] for leftover in self.root.glob("store/??/.*")}:
            with trying(self._lock(key)) as free:
                if free:
                    self._tidy(key)
        for folder in (self.root, *self.root.glob("*/")):
            sweep(folder)

    def _tidy(self, key: str) -> None:
        for leftover in self.folder(key).parent.glob(f".{key}.*"):
            if leftover.suffix == _RETIRED and not self.folder(key).exists():
                leftover.rename(self.folder(key))
            else:
                shutil.rmtree(leftover, ignore_errors=True)

    def _lock(self, key: str) -> Path:
        return self.root / "locks" / key

    @contextmanager
    def workspace(self, key: str) -> Iterator[Path]:
        """A temporary folder beside the artifact's place, gone if it isn't committed."""
        parent = self.folder(key).parent
        with disk_full_explained(parent, 0):
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
        provenance: Mapping[str, JSON],
    ) -> Artifact:
        """Write ``contents`` into ``workspace`` and make it the artifact of ``key``.

        The manifest is written last, everything is synced, and one rename makes it visible. What
        the step wrote into the workspace itself belongs to the artifact too.

        Raises:
            DiskFullError: it didn't fit; nothing of it is left.
        """
        write_contents(workspace, contents)
        files = {
            path.name: FileRecord(file_digest(path), path.stat().st_size)
            for path in sorted(workspace.iterdir())
        }
        self.seal(workspace, Manifest(key, ingredients, files, provenance))
        return Artifact.at(self.folder(key))

    def seal(self, workspace: Path, manifest: Manifest) -> None:
        """Vouch for the files of ``workspace``, and put it in its place or that of an older one."""
        folder = self.folder(manifest.key)
        retired = folder.with_name(f".{folder.name}{_RETIRED}")
        for path in workspace.iterdir():
            _sync(path)
        write_atomically(workspace / MANIFEST, manifest.encoded())
        workspace.chmod(0o755)
        with suppress(FileNotFoundError):  # an older one stays until the new one is whole
            folder.rename(retired)
        workspace.rename(folder)
        sync_folder(folder.parent)
        shutil.rmtree(retired, ignore_errors=True)

    def require_space(self, needed: int) -> None:
        """Raise DiskFullError unless ``needed`` bytes (and a spare) fit on the disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.root).free < needed + min(SPARE, needed):
            raise disk_full(self.root, needed)

    def remember(self, step: str, ingredients: Mapping[str, JSON]) -> None:
        """Note what a step was last made of, so that a later plan can say what changed."""
        if self.remembered(step) != ingredients:
            write_atomically(self._memory(step), sealed(ingredients))

    def remembered(self, step: str) -> Mapping[str, JSON] | None:
        """What a step was last made of, or None."""
        try:
            found = unsealed(self._memory(step).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _memory(self, step: str) -> Path:
        return self.root / "last" / f"{step}.json"

    def begin_anew(self, circumstances: Mapping[str, JSON]) -> str:
        """The moment from which artifacts count for a build that makes everything anew.

        A build that was interrupted goes on: its moment holds until `end_anew`, or until the
        ``circumstances`` (what is built, with which versions of libraries) are others.
        """
        path = self.root / "anew.json"
        try:
            begun = unsealed(path.read_text(encoding="utf-8"))
            # A moment that is still to come was written by a clock that has been set back.
            if begun["circumstances"] == circumstances and str(begun["since"]) <= now():
                return str(begun["since"])
        except (OSError, ValueError):
            pass
        since = now()
        write_atomically(path, sealed({"since": since, "circumstances": circumstances}))
        return since

    def end_anew(self) -> None:
        """Everything was made anew."""
        (self.root / "anew.json").unlink(missing_ok=True)


def now() -> str:
    """The moment, in UTC: texts that sort as the moments do."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
