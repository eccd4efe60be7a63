"""The page of today's sources: how it is typeset, and what zip packs and notebooks quote."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reportgen.commands.latest import Latest
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.plan import Change
    from reportgen.engine.step import Step
    from reportgen.engine.store import Store
    from reportgen.lab.outcome import Outcome
    from reportgen.project import Project
    from reportgen.settings import ReportSettings


def typeset(
    outcome: Outcome,
    project: Project,
    name: str,
    settings: ReportSettings,
    templates: list[Path],
    *,
    store: Store,
    since: str = "",
) -> Path:
    """The PDF of these measurements and words in the build folder; made unless it is stored.

    Args:
        outcome: the measurements.
        project: whose PDF it is.
        name: the author's, and the file's.
        settings: what stands on the title page.
        templates: the folders to search, the author's own first.
        store: where it is kept, and looked for first.
        since: an artifact that was begun before this moment is made anew.

    Raises:
        TemplateError: a mistake in a template, a comment or the style.
    """
    from reportgen.engine.executors import InlineExecutor
    from reportgen.engine.plan import Plan
    from reportgen.engine.runner import Runner
    from reportgen.lab.outcome import copy
    from reportgen.lab.page import page_step, page_steps
    from reportgen.report.document import PDF

    steps = page_steps(outcome, name, settings, templates)
    executor = InlineExecutor(lambda _: None, threading.Event())
    plan = Plan.of([*outcome.report.plan.steps, *steps])
    artifacts = Runner(plan, store, executor, since=since, known=outcome.artifacts).run()
    pdf = project.build / f"{name}.pdf"
    copy(artifacts[page_step(name)].path(PDF), pdf)
    return pdf


def stored_page(latest: Latest) -> Iterator[tuple[Step, Artifact | None]]:
    """The page's steps as today's templates, settings and measurements make them.

    Each comes with its artifact; the first that isn't stored is the last.
    """
    from reportgen.engine.store import Store
    from reportgen.lab.page import page_steps

    store, record, outcome = Store(latest.project.store), latest.record, latest.outcome
    artifacts = dict(outcome.artifacts)
    for step in page_steps(
        outcome, record.name, latest.loaded.settings.report, record.folders(latest.project)
    ):
        digests = {name: artifacts[name].digest for name in step.inputs.values()}
        found = store.find(step.key(digests))
        yield step, found
        if found is None:
            return
        artifacts[step.name] = found


def current_page(latest: Latest) -> dict[str, Artifact]:
    """The artifacts of the current page, by step.

    Raises:
        SubmissionError: what was set last is older than its sources.
    """
    from reportgen.engine.plan import changes_of
    from reportgen.engine.store import Store
    from reportgen.errors import SubmissionError
    from reportgen.submission.findings import listed

    page: dict[str, Artifact] = {}
    for step, found in stored_page(latest):
        if found is None:
            known = {**latest.outcome.artifacts, **page}
            digests = {name: known[name].digest for name in step.inputs.values()}
            changes = changes_of(step, Store(latest.project.store), digests)
            told = listed(dict.fromkeys(_in_words(one, step) for one in changes), 3)
            name = latest.record.name
            raise SubmissionError(
                f"{name}.pdf is older than its sources{f': {told}' if told else ''}",
                hint=f"run `reportgen build --name {name}` again",
            )
        page[step.name] = found
    return page


def current_html(latest: Latest) -> str:
    """The page's HTML, if it is the current one.

    Raises:
        SubmissionError: it isn't.
    """
    from reportgen.lab.page import layout_step
    from reportgen.report.document import HTML

    layout = current_page(latest)[layout_step(latest.record.name)]
    return layout.path(HTML).read_text(encoding="utf-8")


def _in_words(change: Change, step: Step) -> str:
    """What a part of the page is made of and has changed, as its author knows it."""
    part, _, rest = change.what.partition(".")
    verb = "is new" if change.before is None else "is gone" if change.after is None else "changed"
    if change.kind == "code":
        return f"the source {change.what} {verb}"
    if change.kind == "inputs":
        return f"{step.inputs.get(change.what, change.what)} {verb}"
    if part == "template_digests":
        return f"templates/{rest} {verb}"
    if part == "about":
        return f"the title page's {rest} changed"
    if part == "figures":
        return f"{rest} {verb}"
    return "the measurements or how they were made changed"


def current_pdf(latest: Latest) -> Path:
    """The PDF in the build folder, if it is the current page.

    Raises:
        SubmissionError: it isn't.
    """
    from reportgen.engine.digest import file_digest
    from reportgen.errors import SubmissionError
    from reportgen.lab.page import page_step
    from reportgen.report.document import PDF

    page = current_page(latest)[page_step(latest.record.name)]
    pdf = latest.project.build / f"{latest.record.name}.pdf"
    hint = f"run `reportgen build --name {latest.record.name}` again"
    if not pdf.is_file():
        raise SubmissionError(f"{pdf} isn't there", hint=hint)
    if file_digest(pdf) != page.files[PDF].sha256:
        raise SubmissionError(f"{pdf} isn't the PDF that was built last", hint=hint)
    return pdf
