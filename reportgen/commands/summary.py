"""What a build says at its end: where the PDF is, the numbers, what is left to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.report import comments

if TYPE_CHECKING:
    from rich.console import Console


def summarise(
    console: Console, results: Mapping[str, Any], pdf: Path, templates: Sequence[Path]
) -> None:
    """Print the end of a build."""
    for name, values in results.items():
        for line in _numbers(name, values):
            console.print(line, markup=False, soft_wrap=True)
    drafts = unwritten(templates, results["colophon"]["sections"])
    if drafts:
        told = (
            "1 answer is still a draft"
            if len(drafts) == 1
            else f"{len(drafts)} answers are still drafts"
        )
        console.print(f"{told}; make each your own:", markup=False)
        for path in drafts:
            console.print(f"  {_short(path)}", markup=False, soft_wrap=True)
    console.print(f"report: {_short(pdf)}", markup=False, soft_wrap=True)
    console.print(
        f"next: reportgen watch --name {pdf.stem}, to write with the page open; then reportgen "
        "check",
        markup=False,
        soft_wrap=True,
    )


def _numbers(name: str, values: Mapping[str, Any]) -> list[str]:
    if "best" in values:
        best = values["best"]
        return [f"{name}: {best['validation_accuracy']:.2%} in epoch {best['epoch']}"]
    alternatives = values.get("alternatives", {})
    return [f"{name}: {key} {one['accuracy']:.2%}" for key, one in alternatives.items()]


def unwritten(templates: Sequence[Path], sections: Sequence[str]) -> list[Path]:
    """The comment files of these sections that their author hasn't made their own yet."""
    found: dict[str, Path] = {}
    for folder in reversed(templates):
        for path in sorted((folder / "comentarios").glob("*.md")):
            found[path.name] = path
    read = [comments.read(path) for path in found.values()]
    return [one.path for one in read if one.is_draft and one.section in sections]


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
