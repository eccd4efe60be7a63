"""A process imports the sources that the plan saw, or none."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.lab.planned import Planned


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of two modules, on the path; the process forgets it afterwards."""
    folder = tmp_path / "planned_package"
    folder.mkdir()
    for name in ("__init__", "early", "late"):
        (folder / f"{name}.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("planned_package")]:
        del sys.modules[name]


def planned(folder: Path) -> Planned:
    return Planned(
        {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.py")}
    )


def test_what_is_as_it_was_is_imported(package: Path) -> None:
    planned(package).watch()
    assert importlib.import_module("planned_package.late").VALUE == 1


def test_what_was_edited_since_is_refused(package: Path) -> None:
    importlib.import_module("planned_package")
    planned(package).watch()
    (package / "late.py").write_text("VALUE = 2\n")
    with pytest.raises(UsageError, match="changed while the build ran") as caught:
        importlib.import_module("planned_package.late")
    assert caught.value.place is not None
    assert caught.value.place.file == package / "late.py"
    assert "planned_package.late" not in sys.modules


def test_what_was_imported_before_is_checked_too(package: Path) -> None:
    watcher = planned(package)
    importlib.import_module("planned_package.early")
    (package / "early.py").write_text("VALUE = 2\n")
    with pytest.raises(UsageError, match="changed"):
        watcher.watch()


def test_one_plan_follows_another(package: Path) -> None:
    planned(package).watch()
    (package / "late.py").write_text("VALUE = 2\n")
    planned(package).watch()
    assert importlib.import_module("planned_package.late").VALUE == 2
