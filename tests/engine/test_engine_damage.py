"""A thousand flipped bits and cut files, anywhere in the store: the results stay those of a
clean build, or the damage is told of and mended."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.artifact import MANIFEST, Artifact, DamagedArtifact

DAMAGES = int(os.environ.get("REPORTGEN_DAMAGES", "1000"))


def test_any_damage_is_found_and_mended(toy: Any, tmp_path: Path) -> None:
    expected = toy.build()
    store, pristine = toy.root / ".reportgen", tmp_path / "pristine"
    shutil.copytree(store, pristine)
    files = sorted(path.relative_to(store) for path in store.rglob("*") if path.is_file())
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    tally: Counter[str] = Counter()
    for number in range(DAMAGES):
        name = chance.choice(files)
        where = f"damage {number} of seed {seed}: {name}"
        if not (store / name).exists():
            continue
        hit = damage(store / name, chance)
        in_artifact = name.parts[0] == "store" and hit
        if in_artifact:
            with pytest.raises(DamagedArtifact):
                Artifact.at((store / name).parent).verify()
        found = read_everything(toy)
        assert toy.build() == expected, where
        tally["mended" if found or toy.trace() else "harmless"] += 1
        if in_artifact:
            assert found, where
            shutil.rmtree(store / "damaged")
        if number % 50 == 49:
            shutil.rmtree(store)
            shutil.copytree(pristine, store)
            toy.seen = len(toy.journal())
    print(dict(tally))
    assert tally["mended"] > DAMAGES / 4


def read_everything(toy: Any) -> bool:
    """What `status --verify` does: read every byte; whether something had to be set aside."""
    found = False
    for key in toy.store.keys():  # noqa: SIM118 - a store is no mapping
        try:
            Artifact.at(toy.store.folder(key)).verify()
        except DamagedArtifact as damage:
            toy.store.set_aside(damage)
            found = True
    return found


def damage(file: Path, chance: random.Random) -> bool:
    """Flip a bit or cut the file, half the time without a new date; whether it is another now."""
    content, before = file.read_bytes(), file.stat()
    if not content:
        return False
    place = chance.randrange(len(content))
    changed = content[:place]
    if chance.random() < 0.5:
        flipped = content[place] ^ (1 << chance.randrange(8))
        changed += bytes([flipped]) + content[place + 1 :]
    file.write_bytes(changed)
    if chance.random() < 0.5:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    return True


def test_a_bit_in_the_manifest_is_found_wherever_it_is(toy: Any) -> None:
    """Every byte of one manifest: none may change unnoticed."""
    toy.build()
    folder = toy.store.folder(toy.examine()["data"].key)
    text = (folder / MANIFEST).read_bytes()
    artifact = Artifact.at(folder)
    for place in range(len(text)):
        changed = text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]
        (folder / MANIFEST).write_bytes(changed)
        try:
            found = Artifact.at(folder)
        except DamagedArtifact:
            continue
        assert found == artifact, f"byte {place}"
