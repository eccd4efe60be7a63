"""What commands print for programs: one line of JSON, whatever they do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tiny import TinyReport, reportgen


def told(root: Path, *arguments: str) -> Any:
    done = reportgen(root, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return json.loads(line)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    found = told(tmp_path, "init", "practica")
    assert found["project"] == "practica"
    assert "practica/reportgen.toml" in found["written"]
    assert found["kept"] == []
    return tmp_path / "practica"


def test_a_new_experiment_says_what_it_laid(project: Path) -> None:
    found = told(project, "new", "experiment", "flores")
    assert found["section"] == "1.4"
    assert all(Path(path).is_file() for path in found["written"])


def test_clean_says_what_it_would_remove_and_what_it_removed(project: Path) -> None:
    waste = project / ".reportgen" / "damaged" / "x-1"
    waste.mkdir(parents=True)
    found = told(project, "clean", "--all")
    assert found["removed"] is False
    assert [Path(one["path"]).name for one in found["waste"]] == ["x-1"]
    assert waste.is_dir()
    assert told(project, "clean", "--all", "--yes")["removed"] is True
    assert not waste.exists()


def test_a_run_is_carried_by_program(tiny: TinyReport, project: Path, tmp_path: Path) -> None:
    parcel = tmp_path / "run.reportgen"
    assert told(tiny.root, "store", "export", str(parcel)) == {
        "file": str(parcel),
        "bytes": parcel.stat().st_size,
    }
    found = told(project, "store", "import", str(parcel))
    assert found["new"] > 0
    assert found["known"] == 0
    assert found["next"].startswith("reportgen build --name")
