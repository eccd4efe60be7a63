"""How much is said: the options ``-q`` and ``-v``."""

from __future__ import annotations

from enum import IntEnum

import click


class Volume(IntEnum):
    """From the results alone to everything that happens."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


def set_volume(context: click.Context, *, quiet: bool, verbose: bool) -> None:
    """Remember how much is to be said by the command that runs in ``context``."""
    context.obj = Volume.QUIET if quiet else Volume.VERBOSE if verbose else Volume.NORMAL
    if context.obj is Volume.VERBOSE:
        import logging

        logging.basicConfig(format="%(message)s")
        logging.getLogger("reportgen").setLevel(logging.INFO)


def volume() -> Volume:
    """How much the present command shall say."""
    context = click.get_current_context(silent=True)
    found = context.find_root().obj if context else None
    return found if isinstance(found, Volume) else Volume.NORMAL
