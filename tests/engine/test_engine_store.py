"""The store: whole or absent, checked when read, one maker at a time, tidy after a kill."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen.engine import locks
from reportgen.engine.artifact import MANIFEST, OMITTED, Artifact, DamagedArtifact, Manifest
from reportgen.engine.contents import write_contents
from reportgen.engine.digest import digest, sealed
from reportgen.engine.store import Store
from reportgen.errors import Interrupted

INGREDIENTS = {"step": "a", "parameters": {"x": 1}}
KEY = digest(INGREDIENTS)
PROVENANCE = {"started": "2026-01-01T00:00:00+00:00", "seconds": 0.5, "circumstances": {}}
CONTENTS = {
    "value.json": {"ñ": [1, 0.1]},
    "numbers.npy": np.arange(6).reshape(2, 3),
    "raw.bin": b"\x00\xff",
    "page.html": "<p>ñ</p>",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "s", lambda damage: damages.append(damage))


damages: list[DamagedArtifact] = []


@pytest.fixture(autouse=True)
def _nothing_damaged() -> None:
    damages.clear()


def commit(store: Store, contents: Any = None, **provenance: Any) -> Artifact:
    provenance = {**PROVENANCE, **provenance}
    with store.lock(KEY), store.workspace(KEY) as folder:
        return store.commit(folder, INGREDIENTS, KEY, contents or CONTENTS, provenance)


def test_what_was_committed_is_read(store: Store) -> None:
    artifact = commit(store, started="2026-01-01T00:00:00Z")
    found = store.find(KEY)
    assert found == artifact
    assert found.json() == CONTENTS["value.json"]
    assert found.array("numbers.npy").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert not found.array("numbers.npy").flags.writeable
    assert found.path("raw.bin").read_bytes() == b"\x00\xff"
    assert found.path("page.html").read_text() == "<p>ñ</p>"
    assert store.keys() == [KEY]
    assert [path.name for path in store.folder(KEY).parent.iterdir()] == [KEY]
    with pytest.raises(KeyError, match=r"no 'absent'; it has \['numbers.npy'"):
        found.path("absent")


def test_the_content_digest_is_of_the_content_alone(store: Store, tmp_path: Path) -> None:
    first = commit(store, started="2026-01-01T00:00:00Z", seconds=1.0)
    other = Store(tmp_path / "other")
    assert commit(other, started="2027-01-01T00:00:00Z", seconds=2.0).digest == first.digest
    assert commit(other, {**CONTENTS, "raw.bin": b"\x00"}).digest != first.digest
    assert commit(other, {**CONTENTS, "raw.bin2": b""}).digest != first.digest


@pytest.mark.parametrize(
    ("contents", "error"),
    [
        ({"value.json": float("nan")}, ValueError),
        ({"value.json": object()}, TypeError),
        ({"page.html": 3}, TypeError),
        ({"numbers.npy": [object()]}, ValueError),
    ],
)
def test_what_cant_be_stored_leaves_nothing(store: Store, contents: Any, error: Any) -> None:
    with pytest.raises(error):
        commit(store, contents)
    assert store.find(KEY) is None
    assert not list(store.folder(KEY).parent.iterdir())


def test_an_older_artifact_stays_until_the_new_one_is_whole(store: Store) -> None:
    old = commit(store)
    with pytest.raises(TypeError):
        commit(store, {"page.html": 3})
    assert store.find(KEY) == old
    new = commit(store, {"value.json": 2})
    assert store.find(KEY) == new
    assert [path.name for path in store.folder(KEY).iterdir()] != []
    assert not (store.folder(KEY) / "raw.bin").exists()


def test_a_kill_between_the_two_renames_loses_nothing(store: Store) -> None:
    old = commit(store)
    store.folder(KEY).rename(store.folder(KEY).with_name(f".{KEY}.retired"))
    assert store.find(KEY) is None
    store.sweep()
    assert store.find(KEY) == old


def test_sweeping_takes_what_killed_processes_left_and_nothing_else(store: Store) -> None:
    commit(store)
    (store.folder(KEY).parent / f".{KEY}.retired").mkdir()
    dead = store.folder(KEY).parent / f".{KEY}.abcd"
    dead.mkdir()
    (dead / "half.npy").write_bytes(b"half")
    with store.lock("b" * 64), store.workspace("b" * 64) as living:
        store.sweep()
        assert living.is_dir()
    assert not dead.exists()
    assert [path.name for path in store.folder(KEY).parent.iterdir()] == [KEY]


def test_taking_the_lock_tidies_up_too(store: Store) -> None:
    dead = store.folder(KEY).parent / f".{KEY}.abcd"
    dead.mkdir(parents=True)
    with store.lock(KEY):
        assert not dead.exists()


@pytest.mark.parametrize("name", [*CONTENTS, MANIFEST])
def test_a_cut_or_touched_file_is_found_without_reading(store: Store, name: str) -> None:
    folder = commit(store).folder
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1])
    assert store.find(KEY) is None
    assert [damage.folder for damage in damages] == [folder]
    (aside,) = (store.root / "damaged").iterdir()
    assert (aside / name).read_bytes() == content[:-1]
    assert aside.name.startswith(f"{KEY}-")


def test_a_changed_byte_is_found_when_it_is_read(store: Store) -> None:
    artifact = commit(store)
    file = artifact.folder / "raw.bin"
    before = file.stat()
    file.write_bytes(b"\x00\xfe")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.find(KEY) == artifact
    with pytest.raises(DamagedArtifact, match=r"raw\.bin was changed") as caught:
        artifact.path("raw.bin")
    with pytest.raises(DamagedArtifact):
        artifact.verify()
    assert str(caught.value).startswith(f"{KEY}: raw.bin was changed")
    store.set_aside(caught.value)
    assert store.find(KEY) is None


def test_what_another_build_mended_meanwhile_is_not_set_aside(store: Store) -> None:
    commit(store)
    store.set_aside(DamagedArtifact(store.folder(KEY), "as it was"))
    assert store.find(KEY) is not None
    assert not damages


def test_new_times_alone_are_no_damage(store: Store) -> None:
    artifact = commit(store)
    os.utime(artifact.folder / MANIFEST, (1, 1))
    assert not artifact.looks_intact()
    assert store.find(KEY) == artifact
    assert artifact.looks_intact()
    assert not damages


@pytest.mark.parametrize("what", ["key", "ingredients", "size", "provenance", "files", "list"])
def test_a_forged_manifest_is_damage(store: Store, what: str) -> None:
    folder = commit(store).folder
    body = json.loads((folder / MANIFEST).read_text())["value"]
    if what == "size":
        body["files"]["raw.bin"]["size"] += 1
        (folder / MANIFEST).write_text(json.dumps({"sha256": "0" * 64, "value": body}))
    elif what == "list":
        (folder / MANIFEST).write_text(sealed([]))
    else:
        others: dict[str, Any] = {"key": "0" * 64, "provenance": {**PROVENANCE, "other": 1}}
        body[what] = others.get(what, {"other": 1})
        (folder / MANIFEST).write_text(sealed(body))
    if what == "provenance":  # vouched for, and harmless
        assert store.find(KEY) is not None
    else:
        assert store.find(KEY) is None


def test_an_artifact_in_anothers_place_is_damage(store: Store) -> None:
    folder = commit(store).folder
    other = store.folder("b" * 64)
    other.parent.mkdir(parents=True)
    folder.rename(other)
    assert store.find("b" * 64) is None
    assert "another artifact's" in damages[0].message


def test_omitted_files_are_missing_only_where_they_are_read(store: Store) -> None:
    artifact = commit(store)
    (artifact.folder / OMITTED).write_text(sealed(["raw.bin"]))
    (artifact.folder / "raw.bin").unlink()
    found = store.find(KEY)
    assert found is not None
    assert found.looks_intact()
    found.verify()
    assert found.digest == artifact.digest
    with pytest.raises(DamagedArtifact, match=r"raw\.bin can't be read"):
        found.path("raw.bin")


def test_an_artifact_from_before_counts_as_absent_for_a_fresh_build(store: Store) -> None:
    commit(store, started="2026-01-02T00:00:00Z")
    assert store.find(KEY, "2026-01-01T00:00:00") is not None
    assert store.find(KEY, "2026-01-03T00:00:00") is None
    assert not damages


def test_memory(store: Store) -> None:
    assert store.remembered("a") is None
    store.remember("a", INGREDIENTS)
    assert store.remembered("a") == INGREDIENTS
    file = store.root / "last" / "a.json"
    before = file.stat().st_ino
    store.remember("a", INGREDIENTS)
    assert file.stat().st_ino == before
    file.write_text(file.read_text().replace('"x": 1', '"x": 2'))
    assert store.remembered("a") is None


def test_progress_is_what_the_step_noted(store: Store) -> None:
    assert store.progress(KEY) is None
    store.partial(KEY).mkdir(parents=True)
    for noted, found in (("", None), ("[1]", None), ('{"epoch": 3}', {"epoch": 3})):
        (store.partial(KEY) / "progress.json").write_text(noted)
        assert store.progress(KEY) == found


def test_a_second_maker_waits_is_told_and_reads(store: Store) -> None:
    told: list[str] = []
    order: list[str] = []

    def second() -> None:
        with store.lock(KEY, lambda: told.append("waiting")):
            order.append("second")

    thread = threading.Thread(target=second)
    with store.lock(KEY):
        thread.start()
        while not told:
            pass
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert told == ["waiting"]


def test_waiting_can_be_stopped(store: Store) -> None:
    def give_up() -> None:
        raise Interrupted("enough")

    with store.lock(KEY), pytest.raises(Interrupted), store.lock(KEY, pause=give_up):
        pass
    with store.lock(KEY):
        pass


def test_shared_holders_keep_the_exclusive_one_out(store: Store) -> None:
    with store.in_use(), store.in_use(), store.unused() as free:
        assert not free
    with store.unused() as free:
        assert free
        with locks.trying(store.root / "in-use", shared=True) as held:
            assert not held


def test_a_full_disk_never_makes_numpy_hide_its_reason(tmp_path: Path) -> None:
    """numpy writes a real file past Python: the error then has no errno."""
    write_contents(tmp_path, {"big.npy": np.zeros((300, 1000))})
    assert np.load(tmp_path / "big.npy").shape == (300, 1000)


def test_the_manifest_says_what_the_key_is_made_of(store: Store) -> None:
    manifest = commit(store, git_commit="abc").manifest
    assert manifest.ingredients == INGREDIENTS
    assert manifest.provenance == {**PROVENANCE, "git_commit": "abc"}
    assert Manifest.decoded(manifest.encoded()) == manifest


@pytest.mark.parametrize("names", [7, None, {"a": 1}, [1]])
def test_a_sealed_list_of_what_was_omitted_that_is_none_is_damage(store: Store, names: Any) -> None:
    folder = commit(store).folder
    (folder / OMITTED).write_text(sealed(names), encoding="utf-8")
    assert store.find(KEY) is None
    assert [damage.folder for damage in damages] == [folder]
