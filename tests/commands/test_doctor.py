"""What ``reportgen doctor`` says of this machine, and of worse ones."""

from __future__ import annotations

import ctypes.util
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from reportgen.lab import checkup
from reportgen.lab.checkup import Verdict
from tests.tiny import reportgen


def test_this_machine_can_build(tmp_path: Path) -> None:
    done = reportgen(tmp_path, "doctor", "--json")
    found = {one["piece"]: one for one in json.loads(done.stdout)}
    wanted = {"Python", "torch", "device", "Pango", "fonts", "disk", "memory", "data root"}
    wanted |= {"data mnist", "data cifar10", "data hymenoptera", "weights efficientnet_lite0"}
    assert wanted | {"settings", "weights resnet18", "notebook kernel"} == found.keys()
    assert done.returncode == 0, [one for one in found.values() if one["verdict"] == "fail"]
    assert all(one["fix"] for one in found.values() if one["verdict"] != "ok")


def test_what_is_wrong_is_named_with_its_fix_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "reportgen.toml").write_text("[run]\nsed = 3\n", "utf-8")
    done = reportgen(tmp_path, "doctor", "--data-root", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "reportgen.toml:2:1: unknown setting 'run.sed'" in lines[0]
    assert lines[0].startswith("fail settings")
    assert "did you mean 'run.seed'?" in lines[1]
    assert any(line.startswith("fail data root") for line in lines)
    assert lines[-1].startswith("2 to mend")


def test_an_image_folder_of_one_s_own_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "reportgen.toml").write_text('[datasets.flores]\nfolder = "flores"\n', "utf-8")
    done = reportgen(tmp_path, "doctor", "--json")
    found = {one["piece"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["data flores"]["verdict"] == "fail"
    assert str(tmp_path / "flores") in found["data flores"]["found"]


@pytest.mark.parametrize(
    ("free", "verdict"), [(0.5e9, Verdict.FAIL), (2e9, Verdict.WARN), (50e9, Verdict.OK)]
)
def test_room_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, verdict: Verdict
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert checkup.disk(tmp_path).verdict is verdict


@pytest.mark.parametrize(
    ("there", "verdict"),
    [((), Verdict.FAIL), (("pango", "fontconfig"), Verdict.FAIL), (("",), Verdict.OK)],
)
def test_pango(monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], verdict: Verdict) -> None:
    monkeypatch.setattr(
        ctypes.util, "find_library", lambda name: name if there and name.startswith(there) else None
    )
    monkeypatch.setattr(sys, "platform", "linux")
    found = checkup.pango()
    assert found.verdict is verdict
    assert found.fix.startswith("apt-get install libpango") is (verdict is Verdict.FAIL)


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert checkup.python().verdict is Verdict.FAIL
