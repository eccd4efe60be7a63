"""The guard of the child: installed in a process of its own, since it can't be taken away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, socket, subprocess, sys
from pathlib import Path
from reportgen.report.guard import Guard
inside, readable, outside = map(Path, sys.argv[2:5])
guard = Guard(inside)
guard.readable = (readable.resolve(),)
sys.addaudithook(guard)
exec(sys.argv[1])
"""


def run(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    folders = [tmp_path / name for name in ("inside", "readable", "outside")]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / "file.txt").write_text("x", encoding="utf-8")
    (folders[1] / "link.txt").symlink_to(folders[2] / "file.txt")
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, code, *map(str, folders)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "(readable / 'file.txt').read_text()",
        "(inside / 'new.txt').write_text('x'); (inside / 'new.txt').unlink()",
        "import colorsys",
    ],
)
def test_what_a_page_needs_is_allowed(code: str, tmp_path: Path) -> None:
    done = run(tmp_path, code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "(outside / 'file.txt').read_text()",
        "(readable / 'link.txt').read_text()",
        "open(os.fsencode(outside / 'file.txt'))",
        "os.open(outside / 'file.txt', os.O_RDONLY)",
        "(readable / 'file.txt').write_text('y')",
        "open(readable / 'file.txt', 'a')",
        "(readable / 'file.txt').unlink()",
        "os.rename(readable / 'file.txt', inside / 'file.txt')",
        "os.symlink(outside / 'file.txt', readable / 'new')",
        "os.mkdir(outside / 'new')",
        "os.chmod(readable / 'file.txt', 0o777)",
        "socket.socket().connect(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 80)",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.execv('/bin/true', ['true'])",
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
    ],
)
def test_everything_else_is_refused(code: str, tmp_path: Path) -> None:
    done = run(tmp_path, code)
    assert done.returncode == 1
    assert "PermissionError: a page may not" in done.stderr
