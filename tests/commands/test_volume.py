"""``-q``, ``-v``, ``--json`` and NO_COLOR."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from reportgen.cli import COMMANDS, cli
from reportgen.commands.options import Request
from reportgen.engine.store import Store
from tests.commands.conftest import NAME
from tests.tiny import reportgen


def test_quiet_prints_the_result_alone(project: Path) -> None:
    done = reportgen(project, "-q", "build", "--name", NAME)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{project / 'build' / NAME}.pdf\n"


def test_verbose_prints_every_step(project: Path) -> None:
    done = reportgen(project, "-v", "build", "--name", NAME)
    assert "line.parameters" in done.stdout
    assert "from the store" in done.stdout
    assert "from the store" not in reportgen(project, "build", "--name", NAME).stdout


def test_a_build_s_events_as_lines_of_json(project: Path) -> None:
    done = reportgen(project, "build", "--name", NAME, "--json", "--fresh")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"step": "line.parameters", "event": "started"} in events
    assert events[-1] == {"event": "report", "pdf": f"{project / 'build' / NAME}.pdf"}


def test_an_option_of_all_commands_behind_one_is_told_its_place(project: Path) -> None:
    for option in ("-q", "--verbose"):
        done = reportgen(project, "status", option)
        assert done.returncode == 2
        assert f"{option} stands before the command: reportgen {option} …" in done.stderr
    assert "before the command" not in reportgen(project, "status", "--nonsense").stderr


def test_status_collapses_what_is_cached_and_counts(project: Path) -> None:
    short = reportgen(project, "status").stdout.splitlines()
    assert len(short) == 2
    assert short[0].endswith(" cached")
    assert short[1].startswith("nothing to run")
    full = reportgen(project, "-v", "status").stdout
    assert full.count("cached ") > 3
    stale = reportgen(project, "status", "--set", "line.samples=60").stdout.splitlines()
    assert any(line.startswith("stale") for line in stale)
    assert "reportgen build" in stale[-2]
    assert stale[-1] == f"the last build, {NAME}, was another; to see its steps: reportgen status"
    (project / ".reportgen" / "store").rename(project / "lost")
    lost = reportgen(project, "status").stdout.splitlines()
    assert lost[-1].startswith("next"), "the same plan, though nothing of it is left"


def test_status_says_that_a_build_is_at_work(project: Path) -> None:
    options = ("--set", "line.samples=61")
    steps = json.loads(reportgen(project, "status", "--json", *options).stdout)["steps"]
    step = next(one for one in steps if one["state"] == "stale")
    with Store(project / ".reportgen").lock(step["key"]):
        told = reportgen(project, "status", *options).stdout.splitlines()
        other = reportgen(project, "status").stdout.splitlines()
    assert any(re.fullmatch(rf"running +{re.escape(step['step'])}", line) for line in told)
    assert told[-3].startswith("a build is at work")
    assert told[-2].startswith("next")
    assert other[-2].startswith("a build is at work"), "with other options, too"
    assert other[-1].startswith("nothing to run")


def test_status_names_the_last_build_where_the_data_of_this_plan_is_not_at_hand(
    project: Path,
) -> None:
    done = reportgen(project, "status", "--data", "real", "--data-root", str(project))
    assert done.returncode == 3
    last, first_line = done.stderr.splitlines()[:2]
    assert last == f"the last build, {NAME}, was another; to see its steps: reportgen status"
    assert first_line.startswith("reportgen: real data is not at hand")


def test_options_are_typed_as_a_shell_reads_them() -> None:
    request = Request(('run.data_root="mis datos"', "line.samples=60"), ("1.1",))
    given = ["--only", "1.1", "--set", 'run.data_root="mis datos"', "--set", "line.samples=60"]
    assert shlex.split(request.typed()) == given


def test_two_runs_side_by_side_as_json(project: Path) -> None:
    results = str(project / "build" / "results.json")
    rows = json.loads(reportgen(project, "diff", results, results, "--json").stdout)
    assert {"name": "seed", "first": "0", "second": "0"} in rows


def test_no_color_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    coloured = CliRunner().invoke(cli, ["doctor"], color=True).output
    plain = CliRunner().invoke(cli, ["doctor"], color=True, env={"NO_COLOR": "1"}).output
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain


def test_every_command_s_help_has_an_example() -> None:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = command.commands.values() if isinstance(command, click.Group) else [command]
        for one in inner:
            assert one.help is not None
            assert "Example" in one.help, name
            assert f"reportgen {name}" in one.help.replace(" -v ", " "), name


def test_a_sample_build_says_once_that_samples_stand_in(project: Path) -> None:
    told = reportgen(project, "build", "--name", NAME)
    assert told.stdout.count("samples stand in") == 1
    assert told.stderr == ""
