"""What the README says is what the tool does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
from PIL import Image

from reportgen.cli import COMMANDS, cli
from reportgen.errors import ExitCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def settings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_settings", ROOT / "docs" / "settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_settings_is_current() -> None:
    made = settings()
    assert made.table().count("\n") > 25
    assert made.current(README) == README, "run: python docs/settings.py"


def test_every_command_and_exit_code_is_explained() -> None:
    for name in COMMANDS:
        assert re.search(rf"^\| .*`{name}\b", README, re.M), name
    explained = {
        int(code)
        for row in re.findall(r"^\| ([\d, ]+) \|", README, re.M)
        for code in row.split(",")
    }
    assert explained == {code.value for code in ExitCode}


def test_the_commands_and_options_that_it_shows_exist() -> None:
    context = click.Context(cli)
    pattern = r"(?:reportgen |^\| `)([a-z]+)((?: [^#`\n]*)?)(?=[`#\n])"
    shown = [one for one in re.findall(pattern, README, re.MULTILINE) if "." not in one[0]]
    assert len(shown) > 20
    for name, rest in shown:
        command = cli.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            continue
        known = {option for one in command.params for option in one.opts}
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in known, f"{name} {option}"


def test_the_files_that_it_links_to_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).is_file(), target
    with Image.open(ROOT / "docs" / "page.png") as picture:
        assert picture.width > 500
    assert (ROOT / "docs" / "page.png").stat().st_size < 300_000
