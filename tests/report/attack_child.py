"""Composes and sets one page after the other, recording what Python itself sees it do.

Reads cases as JSON from standard input and writes what happened as JSON to standard output. There
is no guard here: sandbox and fetcher must hold by themselves.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from reportgen.errors import TemplateError
from reportgen.report.page import compose
from reportgen.report.typesetter import typeset

WATCHED = ("open", "socket.", "subprocess.", "os.", "shutil.", "pty.", "urllib.", "ctypes.", "exec")
events: list[str] = []


def record(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(WATCHED):
        shown = arguments[0] if event == "open" else arguments
        events.append(f"{event} {shown}")


def attempt(case: dict[str, Any]) -> dict[str, Any]:
    templates, build = Path(case["templates"]), Path(case["build"])
    outcome = {"error": None, "html": "", "pdf": ""}
    events.clear()
    try:
        outcome["html"] = compose([templates], case["context"])
        pdf = typeset(
            outcome["html"], readable=[build, templates], run_id="x", date=date(2026, 1, 2)
        )
        outcome["pdf"] = base64.b64encode(pdf).decode()
    except TemplateError as error:
        outcome["error"] = str(error)
    return {**outcome, "events": list(events)}


sys.addaudithook(record)
json.dump([attempt(case) for case in json.load(sys.stdin)], sys.stdout)
sys.stdout.flush()
os._exit(0)  # fonts are freed so late at an orderly end that audit hooks are gone already
