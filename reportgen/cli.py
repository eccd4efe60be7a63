"""The command line: names the commands and imports each only when it is asked for."""

from __future__ import annotations

import importlib

import click

COMMANDS = (
    "build",
    "status",
    "show",
    "check",
    "init",
    "doctor",
    "watch",
    "notebooks",
    "zip",
    "inspect",
    "store",
    "clean",
    "diff",
)


class LazyGroup(click.Group):
    """A group whose commands live in ``reportgen.commands.<name>``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """The commands in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"reportgen.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name if cmd_name != "zip" else "zip_")
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reportgen")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """A laboratory report that rebuilds itself from experiments that really ran."""
