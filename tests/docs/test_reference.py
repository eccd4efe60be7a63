"""The guide and the reference, built as a reader would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_reference_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="Sphinx isn't installed (pip install '.[docs]')")
    pytest.importorskip("myst_parser", reason="MyST isn't installed (pip install '.[docs]')")
    # The reference's own pages are written beside the guide's: not into the repository here.
    for name in ("reportgen", "setup.cfg"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("reference"))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-q", "--fail-on-warning", "--keep-going"),
            *("-d", str(tmp_path / "trees"), str(tmp_path / "docs"), str(tmp_path / "html")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html" / "reference" / "reportgen.engine.store.html").read_text("utf-8")
    assert "A folder of artifacts" in page
    assert "set aside" in page
