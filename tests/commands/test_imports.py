"""What the command line may import before it has anything to do: all of it is waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ALLOWED = {"click", "reportgen"}
# Of the standard library, what takes milliseconds that a list of commands can do without.
SLOW = {
    *("asyncio", "concurrent", "csv", "logging", "multiprocessing", "ssl", "string", "tempfile"),
    *("unittest", "zoneinfo"),
}


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "before = {name.partition('.')[0] for name in sys.modules}\n"
        "from reportgen.__main__ import _run\n"
        "code = _run(['--help'])\n"
        "names = {name.partition('.')[0] for name in sys.modules} - before\n"
        "print(*(name for name in sys.modules if name.startswith('reportgen.commands.')))\n"
        "print(*sorted(names))\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {name for name in done.stdout.splitlines()[-1].split() if not name.startswith("_")}
    assert "click" in found
    assert found - sys.stdlib_module_names <= ALLOWED
    assert not found & SLOW
    assert done.stdout.splitlines()[-2] == "reportgen.commands.volume"


def test_other_packages_plugins_are_not_loaded(project: Path, tmp_path: Path) -> None:
    (tmp_path / "foreign.py").write_text("raise SystemExit('loaded')\n")
    metadata = tmp_path / "foreign-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[pydantic]\nforeign = foreign:plugin\n")
    there = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    there.pop("PYDANTIC_DISABLE_PLUGINS", None)
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "status"],
        cwd=project,
        env=there,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
