from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from reportgen.data import fingerprint
from reportgen.data.fingerprint import FileFacts, combined, digests, file_digest, remembered


def test_digests_are_those_of_the_content(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    found = digests(tmp_path, ["a"], cache)
    assert found == {"a": hashlib.sha256(b"one").hexdigest()}
    assert file_digest(tmp_path / "a", "md5") == hashlib.md5(b"one").hexdigest()


def test_a_fact_is_found_out_once_until_the_file_changes(
    tmp_path: Path, cache: Path, settle: Callable[[], None]
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    examined: list[bytes] = []

    def examine(path: Path) -> str:
        examined.append(path.read_bytes())
        return path.read_text()

    def ask() -> str:
        settle()
        facts = FileFacts(cache, tmp_path, "text")
        fact = facts.get("a", examine)
        facts.save()
        return str(fact)

    assert [ask(), ask()] == ["one", "one"]
    assert examined == [b"one"]
    before = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # the same size and time
    assert ask() == "two"
    (tmp_path / "b").write_bytes(b"six")
    os.utime(tmp_path / "b", ns=(before.st_atime_ns, before.st_mtime_ns))
    (tmp_path / "b").replace(file)
    assert [ask(), ask()] == ["six", "six"]
    assert examined == [b"one", b"two", b"six"]


def test_a_file_written_a_moment_ago_is_not_trusted_yet(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    before = file.stat()
    assert digests(tmp_path, ["a"], cache)["a"] == hashlib.sha256(b"one").hexdigest()
    file.write_bytes(b"two")  # within the same tick of a coarse clock
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digests(tmp_path, ["a"], cache)["a"] == hashlib.sha256(b"two").hexdigest()


def tagged(tag: str, path: Path) -> str:
    return path.read_text() + tag


def test_kinds_of_facts_and_folders_do_not_mix(
    tmp_path: Path, cache: Path, settle: Callable[[], None]
) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_bytes(name.encode())
    settle()
    for folder, kind in (("x", "one"), ("y", "one"), ("x", "two")):
        facts = FileFacts(cache, tmp_path / folder, kind)
        assert facts.get("a", partial(tagged, kind)) == folder + kind
        facts.save()


@pytest.fixture
def asked(tmp_path: Path, cache: Path) -> Callable[[], int]:
    """How often the fact about the folder ``x`` has been found out, having asked for it again."""
    (tmp_path / "x" / "deep").mkdir(parents=True)
    (tmp_path / "x" / "deep" / "a").write_bytes(b"one")
    times = 0

    def find() -> int:
        nonlocal times
        times += 1
        return times

    def ask() -> int:
        assert remembered(cache, [tmp_path / "x"], "number", find) == times
        return times

    return ask


def test_what_is_remembered_of_a_folder_is_found_out_again_after_a_change(
    tmp_path: Path, asked: Callable[[], int], settle: Callable[[], None]
) -> None:
    for change, times in (
        (lambda: None, 1),
        (lambda: None, 1),
        (lambda: (tmp_path / "x" / "deep" / "a").write_bytes(b"two"), 2),
        (lambda: (tmp_path / "x" / "empty").mkdir(), 3),
        (lambda: (tmp_path / "x" / "deep" / "a").unlink(), 4),
        (lambda: None, 4),
    ):
        change()
        settle()
        assert asked() == times


@pytest.mark.parametrize("field", ["st_size", "st_mtime_ns", "st_ctime_ns", "st_ino"])
def test_whatever_is_seen_of_a_file_counts(
    asked: Callable[[], int],
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    field: str,
) -> None:
    fields = ("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")

    def changed(path: str) -> SimpleNamespace:
        real = Path(path).stat()
        return SimpleNamespace(**{one: getattr(real, one) - (one == field) for one in fields})

    settle()
    assert asked() == asked() == 1
    monkeypatch.setattr(fingerprint, "os", SimpleNamespace(**{**vars(os), "stat": changed}))
    assert asked() == 2


def test_a_folder_in_which_any_file_was_written_a_moment_ago_is_not_trusted_yet(
    tmp_path: Path, asked: Callable[[], int], settle: Callable[[], None]
) -> None:
    for index in range(3):
        (tmp_path / "x" / f"{index}").touch()
    settle()
    assert asked() == asked() == 1
    for index in range(3):
        file = tmp_path / "x" / f"{index}"
        os.utime(file, ns=(0, 0))  # that its time was set back is a change of a moment ago
        before = asked()
        assert asked() == before + 1
        settle()
        asked()


def test_a_coarse_clock_hides_no_change(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x" / "a"
    file.parent.mkdir()
    monkeypatch.setattr(fingerprint, "_seen", lambda path: [3, 5 * 10**9, 5 * 10**9, 1])
    now = 5 * 10**9
    monkeypatch.setattr(fingerprint, "time", SimpleNamespace(time_ns=lambda: now))

    def slowly(path: Path) -> str:
        """Reads, and takes so long that the file's times are past when it is remembered."""
        nonlocal now
        found = path.read_text()
        now += 10 * 10**9
        return found

    def fact() -> str:
        facts = FileFacts(cache, file.parent, "text")
        found = facts.get("a", slowly)
        facts.save()
        return str(found)

    for ask in (fact, lambda: remembered(cache, [file.parent], "text", lambda: slowly(file))):
        now = 5 * 10**9
        file.write_text("one")
        assert ask() == "one"
        file.write_text("two")  # in the second in which it was read
        assert ask() == "two"


def test_facts_of_other_code_are_found_out_again(
    tmp_path: Path, cache: Path, settle: Callable[[], None]
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a").touch()
    source = tmp_path / "source.py"
    settle()
    for version in ("1", "2"):
        source.write_text(version)
        for _ in range(2):
            facts = FileFacts(cache, tmp_path / "x", "text", [source])
            assert facts.get("a", lambda _: source.read_text()) == version
            facts.save()
            found = remembered(cache, [tmp_path / "x"], "all", source.read_text, [source])
            assert found == version


def test_damaged_memory_is_found_out_again(
    tmp_path: Path, cache: Path, settle: Callable[[], None]
) -> None:
    (tmp_path / "a").write_bytes(b"one")
    settle()
    expected = digests(tmp_path, ["a"], cache)
    (memory,) = (cache / "facts").iterdir()
    for damage in (b"{", b"[]", b'{"schema": 0, "files": {}}'):
        memory.write_bytes(damage)
        assert digests(tmp_path, ["a"], cache) == expected


def test_combined_depends_on_names_and_contents_not_on_order_or_place(
    tmp_path: Path, cache: Path
) -> None:
    root = tmp_path / "here"
    root.mkdir()
    for name in ("a", "b"):
        (root / name).write_bytes(name.encode())
    here = combined(digests(root, ["a", "b"], cache))
    assert combined(digests(root, ["b", "a"], cache)) == here
    moved = Path(shutil.copytree(root, tmp_path / "there"))
    assert combined(digests(moved, ["a", "b"], cache)) == here
    assert combined({"a": "1", "b": "2"}) != combined({"a": "2", "b": "1"})
    assert combined({"a": "1", "b": "2"}) != combined({"a": "1", "c": "2"})


def test_combined_takes_both_spellings_of_an_accent_for_one_name() -> None:
    name = "avión"
    decomposed = unicodedata.normalize("NFD", name)
    assert decomposed != name
    assert combined({decomposed: "1"}) == combined({name: "1"})
