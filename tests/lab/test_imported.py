"""What goes with a run to another machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.commands.init import lay
from reportgen.lab.experiment import names
from reportgen.lab.imported import Handover
from reportgen.lab.planning import plan_of
from reportgen.lab.record import BuildRecord
from reportgen.learning import backbones
from reportgen.project import Project
from reportgen.settings import load

_ASKED = ("run.data=sample", "run.profile=laptop", "run.evidence=none")


@pytest.mark.parametrize(
    ("why_not", "chosen"), [("", "resnet18"), ("no network", backbones.CARRIED)]
)
def test_what_auto_stood_for_there_is_said(
    why_not: str, chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbones, "missing", lambda name, cache: why_not)
    lay(tmp_path)
    project = Project(tmp_path)
    loaded = load(project.settings, list(_ASKED), names(project.experiments))
    report = plan_of(project, loaded, ("1.3",), tmp_path / "cache")
    record = BuildRecord("ANA_PEREZ", _ASKED, ("1.3",), ("templates",))
    assert f"transfer.backbone={chosen}" in Handover.of(record, report).overrides
