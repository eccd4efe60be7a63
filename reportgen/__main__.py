"""``python -m reportgen`` and the ``reportgen`` command: errors become messages and exit codes."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence

import click

from reportgen.cli import cli
from reportgen.errors import ExitCode, ReportgenError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with a documented code (`errors.ExitCode`)."""
    # Nearly all that a command makes stays: at its usual pace the collector looks at it in vain,
    # for three per cent of the time.
    gc.set_threshold(50_000)
    # Looking for plugins, pydantic reads every installed package's metadata; a report wants none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.TERMINATED))
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments
    rest = [argument for argument in arguments if argument != "--debug"]
    try:
        # Outside of standalone mode click returns a context.exit() code as the value.
        code = cli.main(rest, prog_name="reportgen", standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.OK
    except click.ClickException as error:
        error.show()
        if isinstance(error, click.NoSuchOption):
            _say_where_it_goes(error.option_name)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        print("reportgen: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except ReportgenError as error:
        if debug:
            raise
        print(f"reportgen: {error}", file=sys.stderr)
        return error.exit_code
    except Exception as error:
        if debug:
            raise
        print(
            f"reportgen: internal error: {type(error).__name__}: {error}\n"
            "  → nothing stored is lost; run again with --debug and report what it prints",
            file=sys.stderr,
        )
        return ExitCode.INTERNAL


def _say_where_it_goes(option: str) -> None:
    """An option of all commands stands before the command."""
    if any(option in parameter.opts for parameter in cli.params):
        print(f"  → {option} stands before the command: reportgen {option} …", file=sys.stderr)


if __name__ == "__main__":
    main()
