"""The harness: what it measures, compares and says; the benchmarks themselves are no tests."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks.harness import Benchmark, Result, Side, table

HERE = __name__


def given(value: float, also: float = 0.0) -> dict[str, float]:
    """A side whose measurement is known; runs in a child."""
    return {"value": value, "process": float(os.getpid()), "also": also}


def keeps_bytecode() -> dict[str, float]:
    return {"value": float(not sys.dont_write_bytecode)}


def failing() -> dict[str, float]:
    raise ValueError("this side can't")


def compared(unit: str, goal: float) -> Result:
    benchmark = Benchmark(
        "one", "what", Side("ours", ""), [Side("slow", ""), Side("fast", "")], goal, unit
    )
    measured = {"ours": [1.0, 9.0, 2.0], "slow": [8.0, 8.0, 8.0], "fast": [6.0, 5.0, 7.0]}
    return Result(
        benchmark, {side: [{"value": one} for one in values] for side, values in measured.items()}
    )


def test_a_side_keeps_compiled_code_as_a_user_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert Side("one", f"{HERE}:keeps_bytecode").measure({})["value"] == 1.0


def test_medians_are_compared_with_the_best_of_the_others() -> None:
    faster = compared("s", 3.0)
    assert faster.ratio == 3.0
    assert faster.reached
    assert not compared("s", 3.1).reached
    share = compared("GFLOP/s", 0.25)
    assert share.ratio == 0.25
    assert share.reached


def test_without_another_side_the_goal_is_a_limit() -> None:
    for goal, reached in ((2.0, True), (1.9, False), (None, None)):
        benchmark = Benchmark("one", "what", Side("ours", ""), goal=goal)
        result = Result(benchmark, {"ours": [{"value": 1.0}, {"value": 2.0}, {"value": 30.0}]})
        assert result.ratio is None
        assert result.reached is reached


def test_others_of_our_numbers_have_limits_too() -> None:
    for most, reached in ((5.0, True), (4.9, False)):
        benchmark = Benchmark(
            "one", "what", Side("ours", ""), [Side("theirs", "")], goal=2.0, limits={"peak": most}
        )
        rounds = [{"value": 1.0, "peak": peak} for peak in (4.0, 5.0, 6.0)]
        result = Result(benchmark, {"ours": rounds, "theirs": [{"value": 3.0}]})
        assert result.reached is reached
        assert result.row()[-2] == f"≥ 2, peak ≤ {most:g}"
        alone = Benchmark("one", "what", Side("ours", ""), limits={"peak": most})
        assert Result(alone, {"ours": rounds}).reached is reached


def test_sides_run_in_turn_each_in_a_process_of_its_own() -> None:
    said: list[str] = []
    benchmark = Benchmark(
        "one",
        "what",
        Side("ours", f"{HERE}:given", {"value": 2.0}),
        [Side("theirs", f"{HERE}:given", {"value": 5.0})],
        goal=2.0,
        rounds=2,
        prepare=lambda: {"also": 7.0},
    )
    result = benchmark.run(said.append)
    assert result.ratio == 2.5
    assert [line.split(":")[0].split()[-1] for line in said] == ["ours", "theirs"] * 2
    processes = {one["process"] for side in result.measured.values() for one in side}
    assert len(processes) == 4
    assert os.getpid() not in processes
    row = table([result]).splitlines()[-1]
    assert row.startswith("| what | ours 2 s (2 to 2)")
    assert row.endswith("| 2.5 | ≥ 2 | yes |")
    assert result.as_json()["measured"]["ours"][0]["also"] == 7.0


def test_a_side_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError, match="this side can't"):
        Side("ours", f"{HERE}:failing").measure({})


def test_the_command_runs_what_was_asked_for_and_keeps_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FILE", tmp_path / "benchmarks.json")
    command.main("help", full=False, rounds=1)
    kept = json.loads((tmp_path / "benchmarks.json").read_text("utf-8"))
    (result,) = kept["results"]
    assert result["name"] == "help"
    assert result["measured"]["reportgen"][0]["value"] > 0
    assert kept["after"]["versions"]["torch"] != "absent"
    assert "`reportgen --help`" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no benchmark nonsense"):
        command.main("help,nonsense", full=False, rounds=1)
