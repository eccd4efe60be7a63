"""Training states on disk: whole or not at all, and checked before they are believed.

A checkpoint is one safetensors file. Its tensors are the state's tensors; the rest of the state is
JSON in the file's header. The sha256 of the content is part of the file's name, so one rename
publishes both, and a flipped bit, which safetensors loads without a word, is found.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save, save_file
from torch import Tensor

from reportgen.files import disk_full, disk_full_explained, sync_folder

KEPT = 2
_NAME = re.compile(r"checkpoint-\d{10}-[0-9a-f]{64}\.safetensors")
_UNFINISHED = "unfinished-"


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one training step in a folder of their own.

    Args:
        key: the step's key, kept inside each file; one of another key is never loaded.
        on_refused: called with the file and the reason for each checkpoint that can't be used.
    """

    folder: Path
    key: str
    on_refused: Callable[[Path, str], None]

    def save(self, state: dict[str, Any]) -> Path:
        """Write a state of nested dicts and lists of tensors and JSON values; keep the last two.

        Raises:
            DiskFullError: it didn't fit; the checkpoints before are intact, no part is left.
        """
        tensors, rest = _taken_apart(state)
        metadata = {"key": self.key, "state": rest}
        needed = sum(tensor.nbytes for tensor in tensors.values())
        self._make_room()
        before = self._files()
        number = 1 + max((_number(path) for path in before), default=0)
        with (
            disk_full_explained(self.folder, needed),
            _safetensors_full(self.folder, needed),
            # safetensors writes to a name of its own and renames it: both stay in here.
            tempfile.TemporaryDirectory(dir=self.folder, prefix=_UNFINISHED) as unfinished,
        ):
            temporary = Path(unfinished) / "state"
            save_file(tensors, temporary, metadata)
            temporary.chmod(0o644)
            digest = _synced_sha256(temporary)
            path = self.folder / f"checkpoint-{number:010}-{digest}.safetensors"
            temporary.replace(path)
        sync_folder(self.folder)
        for old in before[: len(before) - KEPT + 1]:
            old.unlink(missing_ok=True)
        return path

    def load(self) -> dict[str, Any] | None:
        """The newest state that is undamaged and of this key, its tensors on the CPU, or None.

        What can't be used is reported, removed, and the one before is tried.
        """
        for path in reversed(self._files()):
            try:
                return self._read(path)
            except (_Refused, SafetensorError, OSError, ValueError, KeyError) as error:
                self.on_refused(path, str(error))
                path.unlink(missing_ok=True)
        return None

    def _read(self, path: Path) -> dict[str, Any]:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest not in path.name:
            raise _Refused("the content doesn't have the sha256 that it was saved with")
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            if metadata["key"] != self.key:
                raise _Refused("it belongs to another training")
            return _put_together(file)

    def _make_room(self) -> None:
        """The folder, without what a killed process left half written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for unfinished in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(unfinished, ignore_errors=True)

    def _files(self) -> list[Path]:
        """Oldest first."""
        return sorted(path for path in self.folder.glob("checkpoint-*") if _NAME.match(path.name))


def pack(state: dict[str, Any]) -> bytes:
    """A state as the bytes of one safetensors file; `unpack` reads it."""
    tensors, rest = _taken_apart(state)
    return save(tensors, {"state": rest})


def unpack(path: Path) -> dict[str, Any]:
    """The state that `pack` gave, its tensors on the CPU."""
    with safe_open(path, framework="pt") as file:
        return _put_together(file)


class _Refused(Exception):  # noqa: N818 - a reason, not a mistake
    """Why a checkpoint isn't used."""


def _number(path: Path) -> int:
    return int(path.name.split("-")[1])


@contextmanager
def _safetensors_full(folder: Path, needed: int) -> Iterator[None]:
    """safetensors gives a full disk no errno, only the system's words for it."""
    try:
        yield
    except SafetensorError as error:
        if not any(os.strerror(number) in str(error) for number in (errno.ENOSPC, errno.EDQUOT)):
            raise
        raise disk_full(folder, needed) from error


def _synced_sha256(path: Path) -> str:
    with path.open("rb+") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
    return digest


def _taken_apart(state: dict[str, Any]) -> tuple[dict[str, Tensor], str]:
    """The state's tensors by their place in it, and all of it as JSON that names them."""
    tensors: dict[str, Tensor] = {}
    return tensors, json.dumps(_packed(state, "", tensors))


def _put_together(file: Any) -> dict[str, Any]:
    # Copies: the file may be removed while the training that it fed still runs.
    tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    state: dict[str, Any] = _unpacked(json.loads(file.metadata()["state"]), tensors)
    return state


def _packed(value: Any, place: str, tensors: dict[str, Tensor]) -> Any:
    """``value`` as JSON, its tensors moved to ``tensors`` under their place in it.

    A dict becomes a list of pairs, since torch's optimizers number their states with integers.
    """
    if isinstance(value, Tensor):
        tensors[place] = value.detach().cpu().contiguous()  # no copies on the device
        return {"tensor": place}
    if isinstance(value, dict):
        pairs = [[key, _packed(item, f"{place}/{key}", tensors)] for key, item in value.items()]
        return {"dict": pairs}
    if isinstance(value, (list, tuple)):
        return [_packed(item, f"{place}/{index}", tensors) for index, item in enumerate(value)]
    return value


def _unpacked(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpacked(item, tensors) for item in value]
    if not isinstance(value, dict):
        return value
    if "tensor" in value:
        return tensors[value["tensor"]]
    return {key: _unpacked(item, tensors) for key, item in value["dict"]}
