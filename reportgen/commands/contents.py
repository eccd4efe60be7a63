"""What goes into a package: the notebooks, and what speaks against handing them in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from reportgen.commands.latest import Latest
    from reportgen.findings import Finding
    from reportgen.submission.agreement import Reported


@dataclass(frozen=True)
class Notebooks:
    """The notebooks to pack.

    Attributes:
        files: name → where it lies.
        drafts: why a package with them is a draft.
        missing: the report's own that aren't there.
    """

    files: Mapping[str, Path]
    drafts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def generated(latest: Latest) -> Notebooks:
    """Those that `reportgen notebooks` wrote.

    Raises:
        SubmissionError: there is none.
    """
    from reportgen.commands.notebooks import FOLDER, composed
    from reportgen.errors import SubmissionError
    from reportgen.notebooks.composition import NAMES
    from reportgen.notebooks.document import is_current

    hint = (
        f"run `reportgen notebooks --name {latest.record.name}`, or give the folder of those that "
        "you completed with --notebooks DIR"
    )
    run_id = latest.outcome.results["colophon"]["run_id"]
    found: dict[str, Path] = {}
    drafts = []
    for trained, loaded in zip(
        composed(latest, from_store=False), composed(latest, from_store=True), strict=True
    ):
        path = latest.project.build / FOLDER / f"{trained.name}.ipynb"
        if not path.is_file():
            continue
        content = path.read_bytes()
        if is_current(content, loaded, run_id):
            drafts.append(f"{path.name} shows stored results and trained nothing")
        elif not is_current(content, trained, run_id):
            drafts.append(f"{path.name} is older than its sources or not theirs")
        found[path.name] = path
    if not found:
        raise SubmissionError("there are no notebooks to pack", hint=hint)
    missing = [name for one in NAMES.values() if (name := f"{one}.ipynb") not in found]
    return Notebooks(found, tuple(drafts), tuple(missing))


def completed(folder: Path) -> Notebooks:
    """Those in a folder, as their author completed them.

    Raises:
        SubmissionError: there is none.
    """
    from reportgen.errors import Place, SubmissionError

    found = sorted(folder.glob("*.ipynb"))
    if not found:
        raise SubmissionError(
            "the package has no notebooks",
            place=Place(folder),
            hint="give the folder of the completed ones with --notebooks DIR",
        )
    return Notebooks({path.name: path for path in found})


def disagreements_of(latest: Latest, found: Mapping[str, Path]) -> Iterator[Finding]:
    """Where notebooks print other parameter counts or best accuracies than the report."""
    from reportgen.submission.agreement import disagreements

    results = latest.outcome.results
    reported = {
        one.name: numbers
        for one in latest.outcome.report.sections
        if (numbers := _reported(results[one.name])) is not None
    }
    for name, path in found.items():
        yield from disagreements(path.read_bytes(), name, reported)


def _reported(values: Mapping[str, object]) -> Reported | None:
    """What a section says that a notebook could say otherwise."""
    from reportgen.submission.agreement import Reported

    match values:
        case {
            "parameters": {"trainable": int(count)},
            "best": {"validation_accuracy": float(best)},
        }:
            return Reported(count, (best,))
        case {"backbone": {"parameters": {"trainable": int(count)}}, "alternatives": dict(ways)}:
            return Reported(count, tuple(one["accuracy"] for one in ways.values()))
    return None


def cleaned(path: Path) -> bytes:
    """A notebook without the metadata that its tools left.

    Raises:
        SubmissionError: it is no notebook.
    """
    from reportgen.errors import Place, SubmissionError
    from reportgen.submission.notebook_clean import clean

    try:
        notebook = clean(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SubmissionError(
            "this is no notebook (nbformat 4)",
            place=Place(path),
            hint="open it in a current Jupyter or Colab and save it",
        ) from error
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()
