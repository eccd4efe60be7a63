"""The document: the steps that make a report's PDF of its results, its figures and its words."""

from __future__ import annotations

import atexit
import datetime
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.engine.digest import tree_digests
from reportgen.errors import TemplateError
from reportgen.report.renderer import Renderer
from reportgen.results import FigureFile

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace

HTML, LAYOUT, FIGURE, PDF = "report.html", "layout.pdf", "figure.pdf", "report.pdf"


@cache
def press() -> Renderer:
    """This process's renderer of documents; it may be started while steps still run."""
    renderer = Renderer()
    atexit.register(renderer.close)
    return renderer


def lay_out(
    _: Workspace,
    *,
    about: Mapping[str, Any],
    colophon: Mapping[str, Any],
    results: Mapping[str, str],
    template_digests: Mapping[str, str],
    templates: Sequence[str],
    **inputs: Artifact,
) -> Contents:
    """The page, with placeholders where its figures will be.

    Args:
        about: what stands on the title page.
        colophon: how the measurements were made.
        results: experiment → the input that holds its results.
        template_digests: relative name → sha256 of every template, style and comment, as the
            page's key has them.
        templates: the folders to search, the author's own first.
        inputs: the artifacts that ``results`` names.

    Raises:
        TemplateError: a mistake in them, or one was changed while the page was set.
    """
    from reportgen.report.placeholder import placeholder

    context = {name: inputs[argument].json() for name, argument in results.items()}
    context |= {"colophon": dict(colophon), "informe": dict(about)}
    folders = [Path(folder) for folder in templates]
    with tempfile.TemporaryDirectory(prefix="reportgen-figures-") as temporary:
        build = Path(temporary)
        for figure in _figures(context):
            frame = build / figure["file"]
            frame.parent.mkdir(exist_ok=True)
            frame.write_text(placeholder(figure["file"], figure["width"], figure["height"]))
        html = press().render(folders, context)
        pdf = press().typeset(
            html,
            readable=[build, *folders],
            run_id=colophon["run_id"],
            date=datetime.date.fromisoformat(about["date"]),
        )
    _check_unchanged(template_digests, tree_digests(folders))
    return {HTML: html, LAYOUT: pdf}


def draw(_: Workspace, *, figure: Artifact) -> Contents:
    """A figure as the page shows it."""
    about = figure.json("figure.json")
    return {FIGURE: press().draw(figure.path("figure.svg"), about["width"], about["height"])}


def place(
    _: Workspace, *, layout: Artifact, figures: Mapping[str, str], **inputs: Artifact
) -> Contents:
    """The PDF.

    Args:
        layout: the page.
        figures: path that the page shows → the input that has the figure.
        inputs: the artifacts that ``figures`` names.
    """
    from reportgen.report.placeholder import placed

    drawn = {name: inputs[argument].path(FIGURE).read_bytes() for name, argument in figures.items()}
    return {PDF: placed(layout.path(LAYOUT).read_bytes(), drawn)}


def _figures(node: Any) -> Iterator[Mapping[str, Any]]:
    """The figures anywhere in the results (`results.FigureFile`)."""
    if isinstance(node, Mapping):
        if node.keys() == FigureFile.model_fields.keys():
            yield node
        for item in node.values():
            yield from _figures(item)


def _check_unchanged(keyed: Mapping[str, str], found: Mapping[str, str]) -> None:
    """What was edited meanwhile may be half in a page that is kept under the earlier text's key."""
    changed = sorted(name for name, _ in keyed.items() ^ found.items())
    if changed:
        raise TemplateError(
            f"templates/{changed[0]} was changed while the page was set",
            hint="run the same command again",
        )
