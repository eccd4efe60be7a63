"""Whether the measurements are those that the assignment asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen.origin import Origin
from reportgen.report.lint_run import run_findings

ORIGIN = Origin(
    Path("reportgen.toml"),
    '[run]\nseed = 1\ndata = "sample"\n[alexnet]\nepochs = 3\ntrain_samples = 5\n',
    {"alexnet.epochs": "3"},
)
REAL = {"name": "mnist", "origin": "data-root"}


def _colophon(**changes: Any) -> dict[str, Any]:
    usual = {"datasets": [REAL], "deviations": [], "profile": "laptop", "sections": ["1.1", "1.2"]}
    return {**usual, **changes}


def _deviation(setting: str, value: int, full: int | None, *, shortens: bool = True) -> Any:
    return {"setting": setting, "value": value, "full": full, "shortens": shortens}


def test_the_whole_assignment_on_real_data_is_fine() -> None:
    harmless = [_deviation("alexnet.batch_size", 64, 128, shortens=False)]
    assert run_findings(_colophon(deviations=harmless), partial=False, origin=ORIGIN) == []


def test_sample_data_is_found_where_it_was_asked_for() -> None:
    samples = [REAL, {"name": "cifar10", "origin": "sample"}]
    (found,) = run_findings(_colophon(datasets=samples), partial=False, origin=ORIGIN)
    assert (found.code, found.place) == ("sample-data", "reportgen.toml:3:1")
    assert "cifar10" in found.message
    assert "mnist" not in found.message


def test_each_setting_that_shortened_the_run_is_found() -> None:
    deviations = [
        _deviation("alexnet.epochs", 3, 15),
        _deviation("alexnet.train_samples", 5, None),
        _deviation("transfer.epochs", 10, 25),
    ]
    found = run_findings(_colophon(deviations=deviations), partial=False, origin=ORIGIN)
    assert [(one.code, one.place, one.message) for one in found] == [
        ("shortened-run", "reportgen.toml", "alexnet.epochs is 3; the assignment's is 15"),
        (
            "shortened-run",
            "reportgen.toml:6:1",
            "alexnet.train_samples is 5; the assignment's is all",
        ),
        ("shortened-run", "reportgen.toml", "transfer.epochs is 10; the assignment's is 25"),
    ]


def test_a_part_of_the_assignment_is_found() -> None:
    (found,) = run_findings(_colophon(), partial=True, origin=ORIGIN)
    assert (found.code, found.message) == (
        "partial",
        "only 1.1, 1.2 of the assignment's sections are here",
    )
