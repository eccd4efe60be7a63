"""The process behind the live page that typesets: warm from page to page, never of older code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from reportgen.commands.watch import LiveReport
from reportgen.errors import TemplateError, UsageError
from reportgen.project import Project
from tests.tiny import NAME, TinyReport


@pytest.fixture
def report(
    tiny: TinyReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveReport]:
    monkeypatch.setenv("REPORTGEN_DATA_ROOT", "")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    root = tiny.copied_to(tmp_path / "project")
    with closing(LiveReport(Project(root), NAME)) as live:
        yield live
    assert not list(temporary.glob("reportgen-*")), "each process removes what it wrote"


def test_one_process_sets_page_after_page_until_the_code_changes(report: LiveReport) -> None:
    comment = report.root / "templates" / "comentarios" / "1_1_tsne.md"
    first = report.typeset().read_bytes()
    press = report._press
    text = comment.read_text("utf-8")
    comment.write_text(f"{text}\n{{{{ nada.de_esto }}}}\n", "utf-8")
    with pytest.raises(TemplateError, match="nada"):
        report.typeset()
    comment.write_text(f"{text}\nUna palabra más.\n", "utf-8")
    assert report.typeset().read_bytes() != first
    assert report._press is press
    comment.write_text(text, "utf-8")
    assert report.typeset().read_bytes() == first

    network = report.root / "experiments" / "simple_cnn.py"
    network.write_text(f"{network.read_text('utf-8')}\nMORE = 1\n", "utf-8")
    with suppress(UsageError):  # it may be part of what was measured
        report.typeset()
    assert report._press is not press
