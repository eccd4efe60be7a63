"""A full disk: told with path, needed and free space; old data stays, no temporary file does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Runs on a 2 MB disk of its own, in a namespace where anybody may mount one.
SCRIPT = """
    import json, shutil, subprocess, sys
    from dataclasses import replace
    from pathlib import Path
    root, tests = Path(sys.argv[1]), sys.argv[2]
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", root], check=True)
    project = root / "project"
    sys.path[:0] = [str(project), tests]
    sys.dont_write_bytecode = True
    from conftest import TOY, Toy, forget
    from reportgen.errors import DiskFullError
    from reportgen.files import write_atomically

    shutil.copytree(TOY, project, ignore=shutil.ignore_patterns("__pycache__"))
    forget()
    toy = Toy(project, numbers=list(range(40_000)))  # its data takes 320 kB
    large, small = toy.numbers, [3, 1, 4]
    old = replace(toy, numbers=small).build()
    free = shutil.disk_usage(root).free
    outcomes = []
    for level in range(20):
        shutil.rmtree(project / ".reportgen")
        toy.numbers = small
        assert toy.build() == old
        shutil.rmtree(project / "build", ignore_errors=True)
        filler = root / "filler"
        left = level * 60_000
        filler.write_bytes(b"x" * (shutil.disk_usage(root).free - left))
        toy.numbers = large
        try:
            toy.build()
            outcomes.append("fits")
        except DiskFullError as error:
            assert error.exit_code == 5
            outcomes.append(str(error).splitlines()[0])
        try:
            write_atomically(project / "build" / "results.json", "x" * 200_000)
        except DiskFullError:
            assert not (project / "build" / "results.json").exists()
        temporary = [str(path) for path in project.rglob(".*") if path.name != ".reportgen"]
        assert not temporary, (level, temporary)
        toy.numbers = small
        assert set(toy.states().values()) == {"cached"}, "old data was lost"
        filler.unlink()
        toy.numbers = large
        result = toy.build()
        toy.seen = 0
        assert result == replace(toy, numbers=large).build()
    print(json.dumps(outcomes))
    """


def allowed() -> bool:
    """Whether this user may mount a disk in a namespace of its own."""
    if sys.platform != "linux":
        return False
    try:
        probe = ["unshare", *_flags(), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _flags() -> list[str]:
    return ["-rm"] if os.geteuid() == 0 else ["-Urm"]


@pytest.mark.skipif(not allowed(), reason="needs `unshare`: a 2 MB disk is mounted")
def test_twenty_levels_of_fullness(tmp_path: Path) -> None:
    script = tmp_path / "full.py"
    script.write_text(textwrap.dedent(SCRIPT))
    (tmp_path / "disk").mkdir()
    command = ["unshare", *_flags(), sys.executable, script, tmp_path / "disk", HERE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    outcomes = json.loads(done.stdout.splitlines()[-1])
    failed = [outcome for outcome in outcomes if outcome != "fits"]
    print("\n".join(outcomes))
    print(f"{len(failed)} of {len(outcomes)} levels were too full")
    assert len(outcomes) == 20
    assert 3 <= len(failed) <= 19
    for outcome in failed:
        assert "the disk is full: " in outcome
        assert " MB are free" in outcome
    assert any("numbers.npy needs 0.320 MB" in outcome or "0.3 MB" in outcome for outcome in failed)
