"""Runs carried elsewhere: whole, lighter, and never believed unseen; and what `clean` may take."""

from __future__ import annotations

import os
import stat
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.artifact import MANIFEST, OMITTED
from reportgen.engine.cleaning import waste
from reportgen.engine.digest import sealed, unsealed
from reportgen.engine.parcel import ABOUT, pack, unpack
from reportgen.engine.store import Store
from reportgen.errors import DataError


@pytest.fixture
def packed(toy: Any, tmp_path: Path) -> tuple[Any, Path]:
    artifacts = toy.runner().run()
    toy.trace()
    parcel = tmp_path / "run.zip"
    light = {name: set(a.files) - {"numbers.npy", "weights.bin"} for name, a in artifacts.items()}
    pack(parcel, {"name": "x"}, [(artifacts[name], names) for name, names in light.items()])
    return toy, parcel


def test_elsewhere_nothing_is_computed_again(packed: Any, tmp_path: Path) -> None:
    toy, parcel = packed
    expected = toy.build()
    toy.root, toy.seen = toy.copy_to(tmp_path / "elsewhere"), 0
    about, new, known = unpack(parcel, toy.store)
    assert (about, new, known) == ({"name": "x"}, len(toy.plan().steps), 0)
    assert toy.build() == expected
    assert toy.trace() == set()
    assert not list(toy.root.rglob("numbers.npy"))
    assert unpack(parcel, toy.store)[1:] == (0, len(toy.plan().steps))


def test_what_was_left_behind_is_made_when_it_is_needed(packed: Any, tmp_path: Path) -> None:
    toy, parcel = packed
    toy.root, toy.seen = toy.copy_to(tmp_path / "elsewhere"), 0
    unpack(parcel, toy.store)
    toy.scale = 7
    assert toy.build() == toy.clean_build(tmp_path / "clean")
    remade = {f"{name}.{step}" for name in ("small", "large") for step in ("training", "scores")}
    assert toy.trace() - {"small.figure", "large.figure", "results"} == {"data", *remade}


def test_more_completes_less(packed: Any, tmp_path: Path) -> None:
    toy, parcel = packed
    artifacts = toy.runner().run()
    whole = tmp_path / "whole.zip"
    pack(whole, {}, [(artifact, artifact.files) for artifact in artifacts.values()])
    toy.root, toy.seen = toy.copy_to(tmp_path / "elsewhere"), 0
    unpack(parcel, toy.store)
    assert unpack(whole, toy.store)[1] == 3  # the data and two trainings
    assert unpack(parcel, toy.store)[1] == 0
    assert len(list(toy.root.rglob("weights.bin"))) == 2


def rewritten(parcel: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    with zipfile.ZipFile(parcel) as source:
        entries: dict[str, Any] = {entry: source.read(entry) for entry in source.namelist()}
    change(entries)
    target = parcel.with_suffix(".hostile")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as hostile:
        for name, content in entries.items():
            hostile.writestr(name, content)
    return target


def manifests(entries: dict[str, Any]) -> list[str]:
    return [name for name in entries if name.endswith(MANIFEST)]


def svg(entries: dict[str, Any]) -> str:
    return next(name for name in entries if name.endswith(".svg"))


def remade(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    """Each manifest changed, and sealed as if it were right."""

    def remake(entries: dict[str, Any]) -> None:
        for name in manifests(entries):
            body = unsealed(entries[name].decode())
            change(body)
            entries[name] = sealed(body)

    return remake


def sized(size: Any) -> Callable[[dict[str, Any]], None]:
    return remade(lambda body: [one.update(size=size) for one in body["files"].values()])


HOSTILE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "path upwards": lambda e: e.update({"../../evil": b"x"}),
    "absolute path": lambda e: e.update({"/tmp/evil": b"x"}),
    "path inside": lambda e: e.update({svg(e).replace("figure.svg", "../evil"): b"x"}),
    "hidden file": lambda e: e.update({svg(e).replace("figure.svg", ".evil"): b"x"}),
    "code": lambda e: e.update({"experiments/evil.py": b"x"}),
    "folder": lambda e: e.update({"store/": b""}),
    "file that no manifest knows": lambda e: e.update({svg(e).replace("figure", "more"): b"x"}),
    "changed file": lambda e: e.update({svg(e): e[svg(e)].replace(b"black", b"white")}),
    "cut file": lambda e: e.update({svg(e): e[svg(e)][:-1]}),
    "longer file": lambda e: e.update({svg(e): e[svg(e)] + b" " * 10**7}),
    "no manifest": lambda e: e.pop(manifests(e)[0]),
    "changed manifest": lambda e: e.update(
        {manifests(e)[0]: e[manifests(e)[0]].replace(b'"seconds"', b'"minutes"')}
    ),
    "another's manifest": lambda e: e.update({manifests(e)[0]: e[manifests(e)[1]]}),
    "sealed nonsense": lambda e: e.update({manifests(e)[0]: sealed([1])}),
    "no word of what it is": lambda e: e.pop(ABOUT),
    "changed word of what it is": lambda e: e.update({ABOUT: e[ABOUT].replace(b'"x"', b'"y"')}),
    "provenance that is a list": remade(lambda m: m.update(provenance=[1])),
    "no provenance": remade(lambda m: m.update(provenance={})),
    "circumstances that are a list": remade(lambda m: m["provenance"].update(circumstances=[])),
    "seconds that are a word": remade(lambda m: m["provenance"].update(seconds="x")),
    "a year for a moment": remade(lambda m: m["provenance"].update(started="9999")),
    "a moment of no zone": remade(lambda m: m["provenance"].update(started="2026-01-01T00:00")),
    "versions that are a list": remade(lambda m: m["provenance"].update(versions=["1"])),
    "signs for a terminal": remade(lambda m: m["provenance"].update(versions={"a": "\x1b[2J"})),
    "size that is a word": sized("abc"),
    "size below nothing": sized(-1),
    "size beyond all": sized(1e300),
    "size of a terabyte": sized(2**40 - 1),
    "sha256 that is a word": remade(
        lambda m: [one.update(sha256="x") for one in m["files"].values()]
    ),
    "what was omitted": lambda e: e.update(
        {svg(e).replace("figure.svg", OMITTED): sealed(7).encode()}
    ),
    "huge manifest": lambda e: e.update({manifests(e)[0]: b" " * (65 * 2**20)}),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_parcels_are_refused(packed: Any, tmp_path: Path, what: str) -> None:
    _, parcel = packed
    hostile = rewritten(parcel, HOSTILE[what])
    elsewhere = Store(tmp_path / "elsewhere" / ".reportgen")
    with pytest.raises(DataError, match="no whole export"):
        unpack(hostile, elsewhere)
    inside = [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]
    assert {path.parents[2].name for path in inside} <= {"store", "elsewhere", ".reportgen"}
    assert not list(tmp_path.rglob("*evil*"))
    for key in elsewhere.keys():  # noqa: SIM118 - a store is no mapping
        artifact = elsewhere.find(key)
        assert artifact is not None
        artifact.verify()


def test_links_twins_and_files_that_are_none_are_refused(packed: Any, tmp_path: Path) -> None:
    _, parcel = packed
    here = Store(tmp_path / "s")
    for name, text in (("empty", b""), ("text", b"no zip"), ("cut", parcel.read_bytes()[:-100])):
        (tmp_path / name).write_bytes(text)
        with pytest.raises(DataError):
            unpack(tmp_path / name, here)
    with pytest.raises(DataError):
        unpack(tmp_path / "absent", here)
    with zipfile.ZipFile(parcel, "a") as twins, pytest.warns(UserWarning, match="Duplicate"):
        twins.writestr(svg(dict.fromkeys(twins.namelist())), "x")
    with pytest.raises(DataError, match="it holds"):
        unpack(parcel, here)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_what_the_tool_packs_by_is_unpacked(packed: Any, tmp_path: Path, method: int) -> None:
    _, parcel = packed
    other = tmp_path / "other"
    with zipfile.ZipFile(parcel) as source, zipfile.ZipFile(other, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    with pytest.raises(DataError, match="a method that reportgen doesn't use"):
        unpack(other, Store(tmp_path / "s"))


def test_a_parcel_with_any_bit_turned_is_refused_or_whole(packed: Any, tmp_path: Path) -> None:
    _, parcel = packed
    right = parcel.read_bytes()
    for place in range(0, len(right), len(right) // 40):
        turned = bytearray(right)
        turned[place] ^= 1 << place % 8
        (tmp_path / "turned").write_bytes(turned)
        with suppress(DataError):
            unpack(tmp_path / "turned", Store(tmp_path / "s" / str(place)))


def test_nothing_is_stored_of_what_is_not_accepted(packed: Any, tmp_path: Path) -> None:
    _, parcel = packed

    def accept(about: Any) -> None:
        raise DataError(f"refused {about['name']}")

    with pytest.raises(DataError, match="refused x"):
        unpack(parcel, Store(tmp_path / "s"), accept)
    assert Store(tmp_path / "s").keys() == []


def test_a_link_is_taken_as_the_bytes_that_it_is(packed: Any, tmp_path: Path) -> None:
    """Nothing is ever extracted by its own attributes: a link is a file with wrong bytes."""
    _, parcel = packed

    def link(entries: dict[str, Any]) -> None:
        del entries[svg(entries)]

    hostile = rewritten(parcel, link)
    with zipfile.ZipFile(parcel) as whole:
        entry = zipfile.ZipInfo(svg(dict.fromkeys(whole.namelist())))
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(hostile, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(DataError, match="isn't what was packed"):
        unpack(hostile, Store(tmp_path / "s"))


def test_waste_is_what_nobody_needs(toy: Any) -> None:
    toy.build()
    before = {one.key for one in toy.examine().values()}
    toy.epochs = 4
    expected = toy.build()
    needed = {one.key for one in toy.examine().values()}
    store = toy.store
    for extra in ("damaged/x-1", f"partial/{'a' * 64}", f"partial/{next(iter(needed))}-2026"):
        (store.root / extra).mkdir(parents=True)
    abandoned = time.time() - 20 * 86_400
    os.utime(store.root / "partial" / ("a" * 64), (abandoned, abandoned))
    (store.root / "partial" / ("b" * 64)).mkdir()  # interrupted lately: hours of work, perhaps
    found = list(waste(store, needed, keep_days=0))
    of_kind = {
        kind: {one.path.name for one in found if one.path.relative_to(store.root).parts[0] == kind}
        for kind in ("store", "partial", "damaged", "locks")
    }
    assert of_kind["store"] == of_kind["locks"] == before - needed
    assert of_kind["partial"] == {"a" * 64}
    assert of_kind["damaged"] == {"x-1"}
    assert all(one.size > 0 for one in found if "results" in one.kind and "damaged" not in one.kind)
    assert {one.path.name for one in waste(store, needed, keep_days=1)} == {"a" * 64}
    whole = {one.path.name for one in waste(store, needed, keep_days=0, everything=True)}
    assert "b" * 64 in whole
    for one in found:
        one.remove()
    assert toy.build() == expected
    toy.trace()
    assert set(toy.states().values()) == {"cached"}
    for path in store.root.glob("store/??/*"):
        os.utime(path, (1, 1))
    assert {one.path.name for one in waste(store, set(), keep_days=9)} >= needed
