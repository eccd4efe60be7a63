"""Whether one notebook can be handed in: valid, run in order, complete, and free of leaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from reportgen.findings import Finding, error, warning
from reportgen.submission.findings import Limits, Unreadable, listed, printable, unreadable
from reportgen.submission.leaks import leaks
from reportgen.submission.notebook_code import code_digest, has_code, is_placeholder
from reportgen.submission.notebook_text import cells, joined

_RUN_ALL = "restart the kernel, run all cells from the first to the last, and save"

_MARKER = re.compile(
    r"#\s*TODO\b(?=\s*[:(]|\s*$)|#\s*COMPLETAR\b"
    r"|(?i:your (?:code|answer|solution) here)"
    r"|(?i:(?:tu|su|el) (?:c[óo]digo|respuesta|soluci[óo]n) aqu[íi])"
    r"|(?i:escrib[ae] aqu[íi]|aqu[íi] (?:tu|su) (?:c[óo]digo|respuesta))",
    re.MULTILINE,
)


@dataclass(frozen=True)
class NotebookCheck:
    """What one notebook is: its findings, and by what it is compared with others.

    ``code`` is the digest of its code without comments and layout, ``None`` without any code.
    """

    findings: tuple[Finding, ...]
    run_id: str | None = None
    code: str | None = None


def check_notebook(content: bytes, where: str, limits: Limits | None = None) -> NotebookCheck:
    """Read a notebook without running it; ``where`` is what findings call it.

    Never raises for what ``content`` holds, except that memory or recursion may run out:
    a stranger's notebook is read in a bounded process (`reportgen.submission.sandbox`).
    """
    limits = limits or Limits()
    if len(content) > limits.notebook_size:
        return NotebookCheck((too_large(where, len(content), limits),))
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as problem:
        return NotebookCheck((unreadable("notebook", where, Unreadable(str(problem))),))
    if not isinstance(notebook, dict):
        return NotebookCheck(
            (unreadable("notebook", where, Unreadable("it holds no JSON object")),)
        )
    version = notebook.get("nbformat")
    if not isinstance(version, int) or version < 4:
        return NotebookCheck((_old(where, version),))
    findings = (
        *_validity(notebook, where),
        *_draft(notebook, where),
        *_execution(notebook, where),
        *_completeness(notebook, where),
        *_outputs(notebook, where, limits),
        *leaks(notebook, where),
    )
    sources = [joined(cell.get("source")) for _, cell in _code_cells(notebook)]
    return NotebookCheck(findings, _run_id(notebook), code_digest(sources))


def too_large(where: str, size: int, limits: Limits) -> Finding:
    """The finding for a notebook over ``limits.notebook_size``."""
    return error(
        "notebook-too-large",
        where,
        f"the notebook has {size / 1e6:.0f} MB, more than {limits.notebook_size / 1e6:.0f}",
        "clear outputs that aren't needed, draw figures at fewer dots per inch",
    )


def _old(where: str, version: object) -> Finding:
    return error(
        "notebook-format",
        where,
        f"the notebook's format is {printable(str(version))}; 4 or newer is needed",
        "open it in a current Jupyter or Colab and save it",
    )


def _validity(notebook: dict[str, Any], where: str) -> Iterator[Finding]:
    from nbformat.validator import iter_validate  # validate() changes what it validates

    minor = notebook.get("nbformat_minor")
    problem = next(
        iter_validate(
            notebook,
            version=4,
            version_minor=minor if isinstance(minor, int) else 0,
            relax_add_props=True,
        ),
        None,
    )
    if problem:
        yield error(
            "notebook-invalid",
            where,
            f"the notebook breaks the format: {printable(problem.message)}",
            "open it in Jupyter or Colab and save it again",
        )


def _draft(notebook: dict[str, Any], where: str) -> Iterator[Finding]:
    ours = _ours(notebook)
    if ours.get("draft"):
        reasons = ours.get("draft_reasons")
        why = listed(reasons, separator="; ") if isinstance(reasons, list) else "BORRADOR"
        yield error(
            "notebook-draft",
            where,
            f"the notebook is a draft: {why}",
            "build the report from real data and in full, then run `reportgen notebooks` without "
            "--from-store",
        )


def _execution(notebook: dict[str, Any], where: str) -> Iterator[Finding]:
    code = _code_cells(notebook)
    if not code:
        yield error("notebook-no-code", where, "the notebook has no code cell", "hand in yours")
        return
    counts = {
        number: cell.get("execution_count")
        for number, cell in code
        if has_code(joined(cell.get("source")))
    }
    not_run = [number for number, count in counts.items() if type(count) is not int]
    run = [count for count in counts.values() if type(count) is int]
    if not_run:
        yield error(
            "cell-unexecuted", where, f"cells that were never run: {listed(not_run)}", _RUN_ALL
        )
    if any(later <= earlier for earlier, later in pairwise(run)):
        yield error(
            "cells-out-of-order",
            where,
            f"the cells ran in another order than they stand: {listed(run)}",
            _RUN_ALL,
        )
    elif run and not not_run and run[-1] - run[0] >= len(code):
        yield warning(
            "cells-rerun",
            where,
            "cells were run again or deleted: the counts have gaps",
            _RUN_ALL,
        )


def _completeness(notebook: dict[str, Any], where: str) -> Iterator[Finding]:
    everything = list(enumerate(cells(notebook), start=1))
    code = _code_cells(notebook)
    failed = [f"{n} ({printable(name)})" for n, cell in code if (name := _error(cell)) is not None]
    blank = [n for n, cell in code if is_placeholder(joined(cell.get("source")))]
    marked = [n for n, cell in everything if _MARKER.search(joined(cell.get("source")))]
    # Jupyter adds an empty cell after the last one that was run; that one harms nobody.
    empty = [
        n for n, cell in code if not joined(cell.get("source")).strip() and n != len(everything)
    ]
    if failed:
        yield error(
            "cell-error",
            where,
            f"cells that end in an error: {listed(failed)}",
            f"mend the code, then {_RUN_ALL}",
        )
    if blank:
        yield error(
            "cell-placeholder",
            where,
            f"cells whose code is still to be written: {listed(blank)}",
            f"write the code that stands for `...`, `pass` or `____`, then {_RUN_ALL}",
        )
    if marked:
        yield warning(
            "cell-marker",
            where,
            f"cells that still ask for something to be filled in: {listed(marked)}",
            "fill it in, or remove the reminder (TODO, YOUR CODE HERE) from what is done",
        )
    if empty:
        yield warning("cell-empty", where, f"empty code cells: {listed(empty)}", "delete them")


def _outputs(notebook: dict[str, Any], where: str, limits: Limits) -> Iterator[Finding]:
    sizes = {n: len(json.dumps(cell.get("outputs"))) for n, cell in _code_cells(notebook)}
    large = [f"{n} ({s / 1e6:.1f} MB)" for n, s in sizes.items() if s > limits.output_size]
    if large:
        yield error(
            "output-too-large",
            where,
            f"outputs over {limits.output_size / 1e6:g} MB: {listed(large)}",
            "print less, draw fewer figures or at fewer dots per inch",
        )


def _code_cells(notebook: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    numbered = enumerate(cells(notebook), start=1)
    return [(number, cell) for number, cell in numbered if cell.get("cell_type") == "code"]


def _error(cell: dict[str, Any]) -> str | None:
    """The name of the exception in a cell's outputs, unless the cell is tagged to raise it."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if isinstance(tags, list) and "raises-exception" in tags:
        return None
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict) and output.get("output_type") == "error":
            return str(output.get("ename"))
    return None


def _ours(notebook: dict[str, Any]) -> dict[str, Any]:
    metadata = notebook.get("metadata")
    ours = metadata.get("reportgen") if isinstance(metadata, dict) else None
    return ours if isinstance(ours, dict) else {}


def _run_id(notebook: dict[str, Any]) -> str | None:
    run_id = _ours(notebook).get("run_id")
    return run_id if isinstance(run_id, str) else None
