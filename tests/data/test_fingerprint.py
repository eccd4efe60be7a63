from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

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


def test_what_is_remembered_of_folders_is_found_out_again_after_a_change(
    tmp_path: Path, cache: Path, settle: Callable[[], None]
) -> None:
    folders = [tmp_path / "x", tmp_path / "y"]
    for folder in folders:
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "a").write_bytes(b"one")
    asked: list[str] = []

    def ask(kind: str = "names") -> list[str]:
        settle()
        found = sorted(path.name for folder in folders for path in folder.rglob("*"))
        return [str(name) for name in remembered(cache, folders, kind, lambda: note(found))]

    def note(found: list[str]) -> list[str]:
        asked.append("asked")
        return found

    assert ask() == ask() == ["a", "a", "deep", "deep"]
    assert len(asked) == 1
    assert ask("another kind") == ask()
    assert len(asked) == 2
    (folders[1] / "deep" / "a").write_bytes(b"two")
    ask()
    assert len(asked) == 3
    (folders[0] / "empty").mkdir()
    assert "empty" in ask()
    (folders[0] / "deep" / "a").unlink()
    assert ask() == ["a", "deep", "deep", "empty"]


def test_a_folder_with_a_file_written_a_moment_ago_is_not_trusted_yet(
    tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "a").write_bytes(b"one")
    found = [remembered(cache, [folder], "number", lambda n=n: n) for n in (1, 2)]
    assert found == [1, 2]


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
