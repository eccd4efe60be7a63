"""The child process: composes and sets pages from untrusted templates, within limits."""

from __future__ import annotations

import gc
import importlib
import json
import mimetypes
import os
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from contextlib import suppress
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from reportgen.errors import TemplateError
from reportgen.report import guard

# A first byte tells the parent what kind of answer follows.
ANSWER, ERROR, CRASH = b"+", b"-", b"!"
# With no system fonts at all, a face that isn't declared can't be replaced by whatever this
# machine happens to have.
_NO_SYSTEM_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>{cache}</cachedir></fontconfig>
"""


def serve(connection: Connection, folder: str, memory: int, cpu: int, *, ahead: bool) -> None:
    """Answer requests until the parent hangs up.

    Args:
        connection: where requests come from, as JSON.
        folder: the only folder that this process may write to.
        memory: bytes of address space.
        cpu: seconds of processor time a request.
        ahead: whether no request is there yet, and it will be to typeset.
    """
    # The parent decides when to stop, and says so by hanging up, or ends it by the other signal:
    # a worker is deaf to both, and so would be its child.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tempfile.tempdir = folder
    fonts = Path(folder, "fonts.conf")
    fonts.write_text(_NO_SYSTEM_FONTS.format(cache=folder), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(fonts)
    warnings.filterwarnings("ignore", "No fonts configured in FontConfig")
    mimetypes.init(files=[])  # without the machine's own lists
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS counts the shared libraries' reserved space too
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # Here, not above: a parent that imports this module needs none of it; and before the guard.
    importlib.import_module("reportgen.report.review")
    # A page makes millions of objects and frees most at once: looking for cycles meanwhile takes
    # a fifth of the time. It is done between two requests.
    gc.disable()
    wall = guard.Guard(Path(folder))
    sys.addaudithook(wall)
    if ahead:
        _get_ready()
    gc.freeze()  # what is loaded stays: the looks between two requests pass over it
    while True:
        try:
            request = json.loads(connection.recv_bytes())
        except EOFError:
            # Fonts are freed so late at an orderly end that audit hooks are gone: a crash.
            os._exit(0)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        budget = int(used.ru_utime + used.ru_stime) + cpu + 1
        resource.setrlimit(resource.RLIMIT_CPU, (budget, most))
        with suppress(BrokenPipeError):  # the parent has hung up meanwhile
            connection.send_bytes(_answer(request, wall))
        gc.collect()


def _get_ready() -> None:
    """Load what typesetting needs: half a second that nobody waits for."""
    with suppress(Exception):  # the request will fail of the same, and tell
        from reportgen.report import typesetter

        importlib.import_module("reportgen.report.frame")
        typesetter.fonts()


def _answer(request: dict[str, Any], wall: guard.Guard) -> bytes:
    try:
        return ANSWER + _do(request, wall)
    except TemplateError as error:
        return ERROR + json.dumps(_told(error)).encode()
    except MemoryError:
        report = {"message": "the page needs more memory than it is given"}
        return ERROR + json.dumps(report).encode()
    except BaseException:
        return CRASH + traceback.format_exc().encode()


def _told(error: TemplateError) -> dict[str, Any]:
    place = error.place
    return {
        "message": error.message,
        "hint": error.hint,
        "place": [str(place.file), place.line, place.column] if place else None,
    }


def _do(request: dict[str, Any], wall: guard.Guard) -> bytes:
    folders = [Path(folder) for folder in request["folders"]]
    wall.readable = tuple(folder.resolve() for folder in folders)
    from reportgen.report import page, review

    if request["task"] == "render":
        return page.compose(folders, request["context"]).encode()
    if request["task"] == "review":
        found = review.review(folders, request["context"])
        mistakes = [[kind, _told(error)] for kind, error in found.mistakes]
        return json.dumps([mistakes, found.html, found.answers]).encode()
    if request["task"] == "place":
        from reportgen.report.frame import placed

        figures = {name: Path(file).read_bytes() for name, file in request["figures"].items()}
        return placed(Path(request["layout"]).read_bytes(), figures)
    from reportgen.report import typesetter

    if request["task"] == "draw":
        return typesetter.draw(folders[0] / request["file"], request["width"], request["height"])
    return typesetter.typeset(
        request["html"],
        readable=folders,
        run_id=request["run_id"],
        date=date.fromisoformat(request["date"]),
    )
