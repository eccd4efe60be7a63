"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reportgen.errors import DiskFullError, UsageError
from reportgen.files import appearing, disk_full_explained, sweep, sync_folder, write_atomically


@pytest.mark.parametrize("content", [b"\x00\xff", "ñ", ""])
def test_written_whole_with_its_folder(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "a" / "b.txt"
    write_atomically(path, "before")
    write_atomically(path, content)
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert path.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in path.parent.iterdir()] == ["b.txt"]


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "before")

    def interrupted() -> None:
        with appearing(path) as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_nothing_is_to_be_seen_before_the_end(tmp_path: Path) -> None:
    with appearing(tmp_path / "a.txt") as stream:
        stream.write(b"half")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_bytes() == b"half"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_what_was_needed_and_what_is_free(tmp_path: Path, number: int) -> None:
    missing = tmp_path / "not" / "there"
    with (
        pytest.raises(DiskFullError, match=r"there needs 12\.5 MB, \d+\.\d+ MB are free") as caught,
        disk_full_explained(missing, 12_500_000),
    ):
        raise OSError(number, "full")
    assert caught.value.exit_code == 5
    assert "reportgen clean" in str(caught.value)


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), disk_full_explained(tmp_path, 1):
        raise PermissionError(errno.EACCES, "no")


def test_sweeping_leaves_living_writers_alone(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".a.x.tmp", ".b.y.tmp", "c.tmp"))
    for file in (old, young, other):
        file.touch()
    os.utime(old, (1, 1))
    os.utime(other, (1, 1))
    sweep(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".b.y.tmp", "c.tmp"]
    sweep(tmp_path / "absent")


@pytest.mark.parametrize(("number", "passes"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_a_drive_that_cant_sync_folders_is_borne(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, passes: bool
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "fsync", refuse)
    if passes:
        sync_folder(tmp_path)
    else:
        with pytest.raises(OSError, match="refused"):
            sync_folder(tmp_path)


def test_a_file_in_the_way_of_a_folder_is_said_and_so_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for place in ("file/a.txt", "file/b/a.txt", "folder"):
        with pytest.raises(UsageError, match=place.split("/")[0]):
            write_atomically(tmp_path / place, "x")
    assert [file.name for file in (tmp_path / "folder").iterdir()] == []


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="only Linux has a folder closed to anyone")
def test_a_folder_that_may_not_be_written_to_is_said() -> None:
    with pytest.raises(UsageError, match=r"/sys/a.txt: it can't be written: \w+"):
        write_atomically(Path("/sys/a.txt"), "")
