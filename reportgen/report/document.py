"""The document: the step that renders a report from its results, its templates and nothing else."""

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

PDF = "report.pdf"


@cache
def press() -> Renderer:
    """This process's renderer of documents; it may be started while steps still run."""
    renderer = Renderer()
    atexit.register(renderer.close)
    return renderer


def render(
    _: Workspace,
    *,
    about: Mapping[str, Any],
    colophon: Mapping[str, Any],
    results: Mapping[str, str],
    exports: Mapping[str, Sequence[str]],
    template_digests: Mapping[str, str],
    templates: Sequence[str],
    **inputs: Artifact,
) -> Contents:
    """The PDF.

    Args:
        about: what stands on the title page.
        colophon: how the measurements were made.
        results: experiment → the input that holds its results.
        exports: path that the results use → (input, file).
        template_digests: relative name → sha256 of every template, style and comment, as the
            page's key has them.
        templates: the folders to search, the author's own first.
        inputs: the artifacts that ``results`` and ``exports`` name.

    Raises:
        TemplateError: a mistake in them, or one was changed while the page was set.
    """
    context = {name: inputs[argument].json() for name, argument in results.items()}
    context |= {"colophon": dict(colophon), "informe": dict(about)}
    folders = [Path(folder) for folder in templates]
    with tempfile.TemporaryDirectory(prefix="reportgen-figures-") as temporary:
        build = Path(temporary)
        for target, (argument, file) in exports.items():
            if target.endswith(".svg") and file in inputs[argument].files:
                (build / target).parent.mkdir(exist_ok=True)
                (build / target).symlink_to(inputs[argument].path(file))
        html = press().render(folders, context)
        pdf = press().typeset(
            html,
            readable=[build, *folders, *(artifact.folder for artifact in inputs.values())],
            run_id=colophon["run_id"],
            date=datetime.date.fromisoformat(about["date"]),
        )
    _check_unchanged(template_digests, tree_digests(folders))
    return {PDF: pdf, "report.html": html}


def _check_unchanged(keyed: Mapping[str, str], found: Mapping[str, str]) -> None:
    """What was edited meanwhile may be half in a page that is kept under the earlier text's key."""
    changed = sorted(name for name, _ in keyed.items() ^ found.items())
    if changed:
        raise TemplateError(
            f"templates/{changed[0]} was changed while the page was set",
            hint="run the same command again",
        )
