"""A person's mistakes: one message with the place and what to do, the documented exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen.__main__ import _run
from reportgen.commands.init import lay

NAME = ("--name", "GARCÍA_ANA")


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    lay(root)
    return root


@pytest.fixture
def project(laid: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(laid)
    monkeypatch.delenv("REPORTGEN_DATA_ROOT", raising=False)
    return laid


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--name", "garcía ana"], 2, ["GARCÍA_ANA"]),
        ([*NAME, "--set", "simple_cn.epochs=3"], 2, ["'simple_cn'", "'simple_cnn'"]),
        ([*NAME, "--set", "simple_cnn.epocs=3"], 2, ["'simple_cnn.epochs'"]),
        ([*NAME, "--set", "drafts.x=1"], 2, ["unknown setting 'drafts'"]),
        ([*NAME, "--set", "simple_cnn.epochs=0"], 2, ["simple_cnn.epochs = 0"]),
        ([*NAME, "--set", "simple_cnn.epochs='diez'"], 2, ["valid integer"]),
        ([*NAME, "--set", "epochs=3"], 2, ["section.key=value"]),
        ([*NAME, "--set", "datasets.hojas.folder=''"], 2, ["datasets.hojas.folder", "at least 1"]),
        ([*NAME, "--set", "datasets.hojas.folder='\udce1'"], 2, ["isn't UTF-8; rename it"]),
        ([*NAME, "--set", "transfer.dataset=hymenopteras"], 2, ["'hymenoptera'"]),
        ([*NAME, "--set", "transfer.backbone=resnet19"], 2, ["'resnet18'"]),
        ([*NAME, "--only", "1.4"], 2, ["1.1, 1.2, 1.3"]),
        ([*NAME, "--device", "cuda"], 2, ["'cuda' isn't available"]),
        ([*NAME, "--data-root", "/nowhere/at/all", "--data", "real"], 3, ["/nowhere/at/all"]),
    ],
)
def test_one_message_and_the_exit_code(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    told: list[str],
) -> None:
    data = [] if "--data" in arguments else ["--data", "sample"]
    assert _run(["build", *arguments, *data, "--dry-run"]) == code
    printed = capsys.readouterr()
    assert printed.err.startswith("reportgen: ")
    assert "Traceback" not in printed.err
    for words in told:
        assert words in printed.err
    assert not list((project / "build").glob("*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[run]\nseeed = 3\n", "2:1: unknown setting 'run.seeed' | seeed = 3 | ^ | 'run.seed'"),
        ('[report]\ntitle = "x"\n\n[run]\nseed = "a"\n', "5:8: run.seed = 'a': input should be"),
        (
            '[run]\n\tseed = "a"\n',
            "2:9: run.seed = 'a': input should be | \tseed = \"a\" | \t       ^",
        ),
        ("[run\nseed = 3\n", "1:5: Expected ']' | [run |     ^ | a section is [name]"),
        ("[run]\nseed = 'a", "2:10: Expected \"'\" | seed = 'a |          ^"),
        ("[alexnet]\nepochs = -1\n", "2:10: alexnet.epochs = -1 | epochs = -1 |          ^"),
        (
            "[datasets.flores]\nfolders = '.'\n",
            "2:1: unknown setting 'datasets.flores.folders' | ^",
        ),
        ("[alexne]\nepochs = 1\n", "1:2: unknown setting 'alexne' | [alexne] |  ^ | 'alexnet'"),
        ("run.profile = 'laptp'\n", "1:15: run.profile = 'laptp' | did you mean 'laptop'?"),
        ("report = 3\n", "1:1: report is a section: write [report] | report = 3 | ^"),
        ("[transfer]\nbackbone = 'resnet19'\n", "2:12: unknown backbone | ^ | 'resnet18'"),
        ("[simple_cnn]\ndataset = 'mnsit'\n", "2:11: there is no dataset 'mnsit' | ^ | 'mnist'"),
    ],
)
def test_settings_file_mistakes_are_pointed_at(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    told: str,
) -> None:
    lay(tmp_path)
    (tmp_path / "reportgen.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert _run(["build", *NAME, "--data", "sample", "--dry-run"]) == 2
    printed = capsys.readouterr().err
    place, *others = told.split(" | ")
    assert f"reportgen.toml:{place}" in printed
    assert [one for one in others if one not in printed] == []


def test_outside_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(["build", *NAME]) == 2
    assert "reportgen init" in capsys.readouterr().err


def test_an_experiment_that_cannot_be_loaded_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(tmp_path)
    broken = tmp_path / "experiments" / "alexnet.py"
    text = broken.read_text("utf-8")
    broken.write_text(f"{text}\nnn.no_such_name\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    line = len(text.splitlines()) + 2
    assert _run(["build", *NAME, "--data", "sample", "--dry-run"]) == 2
    told = f"experiments/alexnet.py:{line}: the experiment can't be loaded"
    assert told in capsys.readouterr().err


def test_debug_shows_the_traceback(project: Path) -> None:
    from reportgen.errors import UsageError

    with pytest.raises(UsageError):
        _run(["--debug", "build", *NAME, "--set", "epochs=3"])


def test_help_lists_every_command() -> None:
    from reportgen.cli import COMMANDS, cli

    printed = CliRunner().invoke(cli, ["--help"]).output
    for command in COMMANDS:
        assert f"\n  {command} " in printed
    assert "..." not in printed.partition("Commands:")[2]


def test_a_mistyped_command_is_told_what_it_was_meant_to_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run(["bild", *NAME]) == 2
    assert "No such command 'bild'; did you mean 'build'?" in capsys.readouterr().err
    assert _run(["xyzzy"]) == 2
    assert "did you mean" not in capsys.readouterr().err
