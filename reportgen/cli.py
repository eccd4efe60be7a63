"""The command line: names the commands and imports each only when it is asked for."""

from __future__ import annotations

import importlib
import os

import click

from reportgen.commands.volume import set_volume

COMMANDS = {
    "build": "Run the experiments and typeset build/NAME.pdf.",
    "status": "Show which steps a build would run, and why.",
    "show": "List the values that a comment may use.",
    "check": "Find what isn't finished or isn't true any more.",
    "init": "Lay a new project: experiments, templates, settings.",
    "doctor": "Look at what this machine has and lacks.",
    "watch": "Show the report in a browser while you write.",
    "notebooks": "Write and execute the completed notebooks.",
    "zip": "Pack the PDF and the notebooks for Moodle.",
    "inspect": "Check zips that are handed in.",
    "store": "Carry a run to another machine.",
    "new": "Lay the skeleton of an experiment of your own.",
    "clean": "Remove what earlier settings and code left in the store.",
    "diff": "Show two runs side by side.",
}
"""What each command is for, in the order in which one meets them; a line each in the list."""


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

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """A line each, for which none is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, and of a mistyped name it says which was probably meant."""
        # Click's own hint, since 8.4, knows only commands that are imported already.
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            from reportgen.report.places import did_you_mean

            if hint := did_you_mean(args[0], COMMANDS):
                ctx.fail(f"No such command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reportgen")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print every step, and why.")
@click.pass_context
def cli(context: click.Context, debug: bool, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """A laboratory report that rebuilds itself from experiments that really ran.

    \b
    Examples:
      reportgen init practica1                        lay a project, then inside it:
      reportgen build --name GARCIA_ANA --data sample
      reportgen watch --name GARCIA_ANA
      reportgen check
      reportgen zip --name GARCIA_ANA

    Completion of commands, options, sections, settings and their values:
    eval "$(_REPORTGEN_COMPLETE=bash_source reportgen)", or zsh_source, fish_source.
    """
    set_volume(context, quiet=quiet, verbose=verbose)
    if os.environ.get("NO_COLOR"):
        context.color = False
