"""Checkpoints: what goes in comes out, or isn't believed."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from reportgen.learning.checkpoint import Checkpoints


def state(value: float = 1.0) -> dict[str, Any]:
    return {
        "epoch": 3,
        "sums": torch.tensor([value, 0.1]),
        "empty": torch.zeros(0),
        "bytes": torch.arange(7, dtype=torch.uint8),
        "channels_last": torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "optimizer": {
            "state": {0: {"step": torch.tensor(5.0)}, 1: {"step": None}},
            "param_groups": [{"betas": (0.9, 0.999), "params": [0, 1], "fused": True}],
        },
        "history": [{"epoch": 1, "loss": 0.1 + 0.2}],
    }


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


class Refusals(list[tuple[Path, str]]):
    def __call__(self, path: Path, reason: str) -> None:
        self.append((path, reason))


@pytest.fixture
def refusals() -> Refusals:
    return Refusals()


@pytest.fixture
def checkpoints(tmp_path: Path, refusals: Refusals) -> Checkpoints:
    return Checkpoints(tmp_path / "partial", "key-of-the-step", refusals)


def test_a_state_comes_back_bit_for_bit(checkpoints: Checkpoints, refusals: Refusals) -> None:
    saved = state(torch.pi)
    checkpoints.save(saved)
    loaded = checkpoints.load()
    assert loaded is not None
    assert same(saved, loaded)
    assert not same(state(0.0), loaded)
    assert refusals == []


def test_nothing_saved_is_nothing_loaded(checkpoints: Checkpoints) -> None:
    assert checkpoints.load() is None


def test_two_are_kept_and_the_newest_counts(checkpoints: Checkpoints) -> None:
    for value in range(5):
        checkpoints.save(state(value))
    assert len(list(checkpoints.folder.iterdir())) == 2
    loaded = checkpoints.load()
    assert loaded is not None
    assert loaded["sums"][0] == 4


def test_what_was_loaded_outlives_its_file(checkpoints: Checkpoints) -> None:
    path = checkpoints.save(state(2.0))
    loaded = checkpoints.load()
    with path.open("r+b") as stream:
        stream.truncate(0)
    assert loaded is not None
    assert loaded["sums"][0] == 2


@pytest.mark.parametrize("kind", ["flip", "cut"])
def test_any_damage_falls_back_to_the_one_before(
    checkpoints: Checkpoints, refusals: Refusals, kind: str
) -> None:
    draw = random.Random(kind)
    for _ in range(60):
        older = checkpoints.save(state(1.0))
        newer = checkpoints.save(state(2.0))
        content = bytearray(newer.read_bytes())
        where = draw.randrange(len(content))
        if kind == "flip":
            content[where] ^= 1 << draw.randrange(8)
        else:
            del content[where:]
        newer.write_bytes(content)
        refusals.clear()
        loaded = checkpoints.load()
        assert loaded is not None
        assert loaded["sums"][0] == 1
        assert [path for path, _ in refusals] == [newer]
        assert "sha256" in refusals[0][1]
        assert list(checkpoints.folder.iterdir()) == [older]


def test_all_damaged_is_none_left(checkpoints: Checkpoints, refusals: Refusals) -> None:
    for value in range(2):
        checkpoints.save(state(value)).write_bytes(b"no checkpoint")
    assert checkpoints.load() is None
    assert len(refusals) == 2


def test_another_steps_checkpoint_is_refused(checkpoints: Checkpoints, refusals: Refusals) -> None:
    path = checkpoints.save(state())
    other = Checkpoints(checkpoints.folder, "another-key", refusals)
    assert other.load() is None
    assert refusals == [(path, "it belongs to another training")]


def test_what_a_killed_process_left_is_swept(checkpoints: Checkpoints) -> None:
    left = checkpoints.folder / "unfinished-abc"
    left.mkdir(parents=True)
    (left / ".tmpXYZ").write_bytes(b"half")
    path = checkpoints.save(state())
    assert list(checkpoints.folder.iterdir()) == [path]


def test_a_failed_save_leaves_the_ones_before(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = checkpoints.save(state(1.0))

    def killed(tensors: Any, target: Path, metadata: Any) -> None:
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr("reportgen.learning.checkpoint.save_file", killed)
    with pytest.raises(KeyboardInterrupt):
        checkpoints.save(state(2.0))
    assert list(checkpoints.folder.iterdir()) == [path]


FILL = """
import sys
from pathlib import Path
import torch
from reportgen.errors import DiskFullError
from reportgen.learning.checkpoint import Checkpoints

disk = Path(sys.argv[1])
checkpoints = Checkpoints(disk, "key", lambda path, reason: print(path, reason))
small = checkpoints.save({"weights": torch.ones(1000)})
(disk / "ballast").write_bytes(bytes(int(sys.argv[2])))
try:
    checkpoints.save({"weights": torch.ones(400_000)})
except DiskFullError as error:
    names = sorted(path.name for path in disk.iterdir())
    assert names == ["ballast", small.name], names
    loaded = checkpoints.load()
    assert loaded is not None and torch.equal(loaded["weights"], torch.ones(1000))
    print("full:", error)
else:
    print("fitted")
"""


@pytest.mark.parametrize(("ballast", "outcome"), [(100_000, "fitted"), (1_200_000, "full:")])
def test_a_full_disk_keeps_the_state_before(tmp_path: Path, ballast: int, outcome: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("unshare isn't there")
    mount = f'mount -t tmpfs -o size=2m none {disk} && exec "$@"'
    unshared = ["unshare", "-rm", "sh", "-c", mount, "sh"]
    if subprocess.run([*unshared, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system doesn't let a test mount a small disk")
    command = [*unshared, sys.executable, "-c", FILL, str(disk), str(ballast)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout.startswith(outcome), ended.stdout + ended.stderr
    if outcome == "full:":
        assert "1.6 MB" in ended.stdout
