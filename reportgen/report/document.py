"""The document: the steps that make a report's PDF of its results, its figures and its words."""

from __future__ import annotations

import atexit
import datetime
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.engine.digest import tree_digests
from reportgen.errors import TemplateError
from reportgen.report.renderer import Renderer

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
    figures: Mapping[str, Sequence[float]],
    template_digests: Mapping[str, str],
    templates: Sequence[str],
    **inputs: Artifact,
) -> Contents:
    """The page, with frames where its figures will be.

    Args:
        about: what stands on the title page.
        colophon: how the measurements were made.
        results: experiment → the input that holds its results.
        figures: path that the results use → width and height in mm.
        template_digests: relative name → sha256 of every template, style and comment, as the
            page's key has them.
        templates: the folders to search, the author's own first.
        inputs: the artifacts that ``results`` names.

    Raises:
        TemplateError: a mistake in them, or one was changed while the page was set.
    """
    from reportgen.report.frame import frame

    context = {name: inputs[argument].json() for name, argument in results.items()}
    context |= {"colophon": dict(colophon), "informe": dict(about)}
    folders = [Path(folder) for folder in templates]
    with tempfile.TemporaryDirectory(prefix="reportgen-figures-") as temporary:
        build = Path(temporary)
        for target, (width, height) in figures.items():
            (build / target).parent.mkdir(exist_ok=True)
            (build / target).write_text(frame(target, width, height), encoding="utf-8")
        html = press().render(folders, context)
        pdf = press().typeset(
            html,
            readable=[build, *folders],
            run_id=colophon["run_id"],
            date=datetime.date.fromisoformat(about["date"]),
        )
    _check_unchanged(template_digests, tree_digests(folders))
    return {HTML: html, LAYOUT: pdf}


def draw(_: Workspace, *, figure: Artifact, target: str) -> Contents:
    """A figure as the page shows it.

    Args:
        figure: what a step that draws left (`lab.drawing`).
        target: its path below the build folder, for messages.

    Raises:
        TemplateError: WeasyPrint can't draw it.
    """
    about = figure.json("figure.json")
    try:
        pdf = press().draw(figure.path("figure.svg"), about["width"], about["height"])
    except TemplateError as error:
        raise TemplateError(f"{target}: {error.message}", hint=error.hint) from None
    return {FIGURE: pdf}


def place(
    _: Workspace, *, layout: Artifact, figures: Mapping[str, str], **inputs: Artifact
) -> Contents:
    """The PDF.

    Args:
        layout: the page.
        figures: path that the page shows → the input that has the figure.
        inputs: the artifacts that ``figures`` names.
    """
    drawn = {name: inputs[argument].path(FIGURE) for name, argument in figures.items()}
    return {PDF: press().place(layout.path(LAYOUT), drawn)}


def _check_unchanged(keyed: Mapping[str, str], found: Mapping[str, str]) -> None:
    """What was edited meanwhile may be half in a page that is kept under the earlier text's key."""
    changed = sorted(name for name, _ in keyed.items() ^ found.items())
    if changed:
        raise TemplateError(
            f"templates/{changed[0]} was changed while the page was set",
            hint="run the same command again",
        )
