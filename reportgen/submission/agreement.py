"""Whether notebooks completed by hand print the report's numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.findings import Finding, warning
from reportgen.submission.findings import listed
from reportgen.submission.notebook_text import cells, joined

_KEYWORDS = {
    "alexnet": re.compile(r"alex|^\D*2", re.IGNORECASE),
    "transfer": re.compile(r"transfer|^\D*3", re.IGNORECASE),
    "simple_cnn": re.compile(r"simple|cnn|^\D*1", re.IGNORECASE),
}
_PARAMETERS = re.compile(r"par[aá]m", re.IGNORECASE)
_BEST = re.compile(r"best|mejor|m[aá]x", re.IGNORECASE)
_ACCURACY = re.compile(r"acc|precisi[oó]n|exactitud", re.IGNORECASE)
_COUNT = re.compile(r"\d+(?:[.,_\s]\d{3})*")
_SHARE = re.compile(r"(?<![\d.,])(\d{1,3})(?:[.,](\d+))?\s*(%?)")
_FEWEST = 1000  # a smaller integer beside "parameters" counts something else


@dataclass(frozen=True)
class Reported:
    """A section's numbers: trainable parameters, and its best validation accuracies (0 to 1)."""

    parameters: int
    accuracies: tuple[float, ...]


def disagreements(content: bytes, name: str, reported: Mapping[str, Reported]) -> Iterator[Finding]:
    """What a notebook prints of its network and its best accuracy that the report doesn't say.

    A count is an integer of four digits or more in an output line with "param"; a best accuracy is
    a fraction or percentage in a line with "best" (mejor, máx) and "acc" (precisión, exactitud).
    Where a notebook prints such numbers, one at least must be the report's, at the digits printed.
    A notebook without any is passed over. Which section it is about is told by its file's name
    (alexnet, transfer, simple or cnn, or the first digit); else any section's numbers will do.

    Args:
        content: the notebook.
        name: of its file.
        reported: section → its numbers.
    """
    try:
        notebook = json.loads(content)
    except ValueError:  # reading the package back says so
        return
    lines = list(_lines(notebook)) if isinstance(notebook, dict) else []
    section = next((key for key, words in _KEYWORDS.items() if words.search(name)), None)
    own = [reported[section]] if section and section in reported else list(reported.values())
    counts = {n for line in lines if _PARAMETERS.search(line) for n in _counts(line)}
    wanted = {one.parameters for one in own}
    if counts and not counts & wanted:
        yield warning(
            "parameters-differ",
            name,
            f"it prints {listed(sorted(counts))} parameters, the report has {listed(wanted)}",
            "run the notebook with the network of the report, or the report with the notebook's",
        )
    shares = [
        share
        for line in lines
        if _BEST.search(line) and _ACCURACY.search(line)
        for share in _shares(line)
    ]
    accuracies = [value for one in own for value in one.accuracies]
    if shares and not any(
        abs(share - value) <= half for share, half in shares for value in accuracies
    ):
        yield warning(
            "accuracy-differs",
            name,
            f"its best accuracy is {listed(f'{share:.2%}' for share, _ in shares)}, the report has "
            f"{listed(f'{value:.2%}' for value in accuracies)}",
            "hand in a report and notebooks of one run, or say in the report why they differ",
        )


def _lines(notebook: Mapping[str, Any]) -> Iterator[str]:
    """The lines of text that code cells print."""
    for cell in cells(dict(notebook)):
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            if isinstance(output, dict):
                data = output.get("data")
                shown = data.get("text/plain") if isinstance(data, dict) else None
                yield from (joined(output.get("text")) + joined(shown)).splitlines()


def _counts(line: str) -> set[int]:
    found = {int(re.sub(r"\D", "", number)) for number in _COUNT.findall(line)}
    return {number for number in found if number >= _FEWEST}


def _shares(line: str) -> Iterator[tuple[float, float]]:
    """Each fraction or percentage, and half a unit of its last digit."""
    for whole, decimals, percent in _SHARE.findall(line):
        if not decimals and not percent:
            continue  # an epoch, say
        value, unit = float(f"{whole}.{decimals or 0}"), 10.0 ** -len(decimals)
        scale = 100 if percent or value > 1 else 1
        if value / scale <= 1:
            yield value / scale, unit / scale / 2 + 1e-9
