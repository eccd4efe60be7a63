from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportgen.submission.inspection import inspect

Entries = Callable[..., dict[str, bytes]]
Zipped = Callable[..., Path]


def test_a_package_without_a_fault(tmp_path: Path, entries: Entries, zipped: Zipped) -> None:
    path = zipped(tmp_path / "GARCÍA_ANA.zip", entries())
    (report,) = inspect([path])
    assert report.findings == ()
    assert report.name == "GARCÍA_ANA"
    assert report.run_id == "0123456789abcdef"
    assert report.pages == 1
    assert report.notebooks == (
        "1_simple_cnn.ipynb",
        "2_alexnet.ipynb",
        "3_transfer_learning.ipynb",
    )
