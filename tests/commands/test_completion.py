"""What the shell completes, and that it does so without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from reportgen.cli import cli
from reportgen.commands import completion
from reportgen.commands.init import lay
from reportgen.lab.experiment import load
from reportgen.learning import backbones
from reportgen.settings import CORE, Settings


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, as the present folder."""
    lay(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(*words: str) -> list[str]:
    """What stands behind the last, unfinished word."""
    shell = ShellComplete(cli, {}, "reportgen", "_REPORTGEN_COMPLETE")
    return [one.value for one in shell.get_completions(list(words[:-1]), words[-1])]


def test_commands_options_and_sections(inside: Path) -> None:
    assert completed("wat") == ["watch"]
    assert completed("build", "--dry") == ["--dry-run"]
    assert completed("build", "--only", "") == ["1.1", "1.2", "1.3"]
    assert "build" in completed("bild", "")  # a mistyped command is no error while one types


def test_every_setting_and_no_other(inside: Path) -> None:
    known = {
        f"{section}.{key}"
        for section in CORE
        for key in getattr(Settings.model_fields[section].annotation, "model_fields", ())
    }
    experiments = load(inside / "experiments")
    known |= {f"{one.name}.{key}" for one in experiments for key in one.settings.model_fields}
    assert set(completion.keys()) == known
    assert completed("build", "--set", "alexnet.ep") == ["alexnet.epochs="]


def test_values_of_settings(inside: Path) -> None:
    assert completed("build", "--set", "run.data=") == [
        f"run.data={one}" for one in ("auto", "real", "sample")
    ]
    assert completed("build", "--set", "transfer.backbone=resnet18") == [
        "transfer.backbone=resnet18"
    ]
    assert "alexnet.dataset=cifar10" in completed("build", "--set", "alexnet.dataset=")


def test_the_backbones_are_those_that_can_be_used() -> None:
    assert sorted(completion.backbones()) == sorted(backbones.names())


def test_names_of_builds(inside: Path) -> None:
    (inside / ".reportgen" / "builds").mkdir(parents=True)
    (inside / ".reportgen" / "builds" / "GARCÍA_ANA.json").write_text("{}", "utf-8")
    assert completed("watch", "--name", "") == ["GARCÍA_ANA"]


def test_outside_a_project_there_is_nothing_to_offer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed("build", "--only", "") == []
    assert "run.seed=" in completed("build", "--set", "run.s")


def test_a_key_press_imports_no_torch(inside: Path) -> None:
    script = (
        "import os, sys\n"
        "os.environ.update(_REPORTGEN_COMPLETE='bash_complete', COMP_CWORD='3',\n"
        "                  COMP_WORDS='reportgen build --set transfer.backbone=resnet1')\n"
        "from reportgen.__main__ import main\n"
        "try:\n    main()\n"
        "finally:\n    print('torch' in sys.modules, 'torchvision' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "plain,transfer.backbone=resnet18" in done.stdout
    assert done.stdout.endswith("False False\n")
