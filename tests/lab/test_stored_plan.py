"""A stored plan, in processes of their own: what they have imported decides."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import reportgen
from reportgen.commands.init import lay

_PLAN = """
import json, sys
from pathlib import Path
from reportgen.lab.experiment import names
from reportgen.lab.planning import plan_of
from reportgen.project import Project
from reportgen.settings import load
project = Project(Path(sys.argv[1]))
loaded = load(project.settings, ["run.data=sample"], names(project.experiments))
report = plan_of(project, loaded, (), project.root / "cache")
steps, page = report.plan.as_json(), report.page_code
print(json.dumps({"steps": steps, "page": page, "torch": "torch" in sys.modules}))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a product of its own to edit, and a plan."""
    root = tmp_path / "project"
    lay(root)
    package = Path(reportgen.__file__).parent
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    assert _plan(root)["torch"]
    return root


def _plan(root: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _PLAN, root],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _codes(plan: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {step["name"]: step["code"] for step in plan["steps"]}


def test_what_no_plan_is_made_of_changes_keys_and_needs_no_torch(project: Path) -> None:
    before = _plan(project)
    assert not before["torch"]
    _edit(project.parent / "reportgen/figures/style.py", '"#D55E00"', '"#D55E01"')
    _edit(project.parent / "reportgen/report/filters.py", '_number("num", value)', "0.0")
    after = _plan(project)
    assert not after["torch"]
    pieces = {name for name, code in after["page"].items() if code != before["page"][name]}
    assert pieces == {"reportgen.report.filters"}
    changed = {name for name, code in _codes(after).items() if code != _codes(before)[name]}
    assert "simple_cnn.figure_curves" in changed
    assert "simple_cnn.training" not in changed

    shutil.rmtree(project / ".reportgen/plans")
    anew = _plan(project)
    assert anew["torch"]
    assert _codes(anew) == _codes(after)
    assert anew["page"] == after["page"]


def test_what_a_plan_is_made_of_makes_it_anew(project: Path) -> None:
    before = _plan(project)
    _edit(project.parent / "reportgen/lab/cost.py", "PROBE = 30.0", "PROBE = 31.0")
    assert _plan(project)["torch"]
    _edit(project / "experiments/simple_cnn.py", "= 1e-3", "= 2e-3")
    after = _plan(project)
    assert after["torch"]
    assert _codes(after).keys() == _codes(before).keys()


def test_a_source_that_cannot_be_read_is_told_as_ever(project: Path) -> None:
    style = project.parent / "reportgen/figures/style.py"
    style.write_text(style.read_text("utf-8") + "\ndef", "utf-8")
    with pytest.raises(subprocess.CalledProcessError) as failure:
        _plan(project)
    assert "SyntaxError" in failure.value.stderr
    assert "style.py" in failure.value.stderr
