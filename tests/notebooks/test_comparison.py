"""When two sets of numbers are one."""

from __future__ import annotations

import json

from reportgen.notebooks.comparison import differences, printed

REPORT = {
    "parameters": 421642,
    "history": [{"epoch": 1, "loss": 0.25}],
    "confusion": [[5, 1], [0, 6]],
    "kl": {"final": None},
}


def test_equal_numbers_agree_through_print_and_back() -> None:
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in REPORT.items())
    assert differences(REPORT, printed("época 1: algo\n" + text)) == []


def test_losses_may_differ_by_a_millionth_and_no_more() -> None:
    near = {**REPORT, "history": [{"epoch": 1, "loss": 0.25 + 9e-7}]}
    far = {**REPORT, "history": [{"epoch": 1, "loss": 0.25 + 2e-6}]}
    assert differences(REPORT, near) == []
    (line,) = differences(REPORT, far)
    assert line.startswith("history[0].loss is 0.250002")


def test_counts_must_be_equal() -> None:
    (line,) = differences(REPORT, {**REPORT, "confusion": [[5, 1], [1, 5]]})[:1]
    assert line == "confusion[1][0] is 1, in the report 0"


def test_what_is_missing_or_too_much_is_told() -> None:
    assert differences(REPORT, {**REPORT, "history": []})
    assert differences(REPORT, {**REPORT, "history": [*REPORT["history"]] * 2})  # type: ignore[misc]
    assert differences(REPORT, {k: v for k, v in REPORT.items() if k != "parameters"})
    assert differences(REPORT, {**REPORT, "more": 1})
    assert differences(REPORT, {**REPORT, "kl": {"final": 0.5}})
    assert differences(REPORT, {**REPORT, "history": [{"epoch": 1, "loss": None}]})
