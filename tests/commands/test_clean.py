"""What `clean` removes is what it showed, as long as nobody needs it by then."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from reportgen.commands.clean import clean
from reportgen.commands.init import lay

OLD = time.time() - 3 * 86_400


@pytest.fixture
def waste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two things that nobody needs, in a project that is asked from a terminal."""
    lay(tmp_path)
    found = [tmp_path / ".reportgen" / "damaged" / name for name in ("a-1", "b-2")]
    for path in found:
        path.mkdir(parents=True)
        os.utime(path, (OLD, OLD))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTGEN_DATA_ROOT", "")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    return found


def test_what_is_needed_by_the_time_of_the_answer_stays(
    waste: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = waste[0].with_name("c-3")

    def answered(*_: object, **__: object) -> bool:
        os.utime(waste[0])  # another build is at it
        newer.mkdir()
        os.utime(newer, (OLD, OLD))
        return True

    monkeypatch.setattr(click, "confirm", answered)
    assert clean.callback is not None
    clean.callback(keep_days=1.0, everything=False, yes=False, as_json=False)
    assert waste[0].is_dir()
    assert not waste[1].exists()
    assert newer.is_dir()  # it wasn't shown
