"""The notebook as a file: its cells and outputs, and what it says of its origin."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from typing import Any

from reportgen.errors import SubmissionError
from reportgen.notebooks.composition import Notebook
from reportgen.submission.notebook_check import check_notebook

_DRAFT = "notebook-draft"


def written(notebook: Notebook, run_id: str, outputs: Sequence[Sequence[Any]]) -> str:
    """The notebook's JSON (nbformat 4.5): valid, executed in order, without a machine's traces.

    Args:
        notebook: what stands in it.
        run_id: the report's.
        outputs: those of each code cell.

    Raises:
        SubmissionError: it can't be handed in as it is.
    """
    cells: list[dict[str, Any]] = []
    executed = iter(enumerate(outputs, start=1))
    for number, cell in enumerate(notebook.cells, start=1):
        content: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"celda-{number:02}",
            "metadata": {},
            "source": cell.text.splitlines(keepends=True),
        }
        if cell.kind == "code":
            count, own = next(executed)
            own = [
                {**one, "execution_count": count} if "execution_count" in one else one
                for one in own
            ]
            content |= {"execution_count": count, "outputs": own}
        cells.append(content)
    metadata = {
        "accelerator": "GPU",  # what Colab shall start it with
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": platform.python_version()},
        "reportgen": {
            "run_id": run_id,
            "draft": bool(notebook.draft_reasons),
            "draft_reasons": list(notebook.draft_reasons),
        },
    }
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    found = check_notebook(text.encode(), f"{notebook.name}.ipynb").findings
    if faults := [one for one in found if one.code != _DRAFT]:
        raise SubmissionError(
            f"{notebook.name}.ipynb can't be handed in: {faults[0].message}", hint=faults[0].fix
        )
    return text


def is_current(content: bytes, notebook: Notebook, run_id: str) -> bool:
    """Whether a file is ``notebook`` as `written` makes it for that run, cell by cell."""
    try:
        whole = json.loads(content)
        found = [(cell["cell_type"], "".join(cell["source"])) for cell in whole["cells"]]
        run = whole["metadata"]["reportgen"]["run_id"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(run == run_id and found == [(cell.kind, cell.text) for cell in notebook.cells])
