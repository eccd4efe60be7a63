"""The page that was made of today's sources: what zip packs and notebooks quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from reportgen.commands.latest import Latest
    from reportgen.engine.artifact import Artifact


def current_page(latest: Latest) -> Artifact:
    """The rendered report, as today's templates, settings and measurements make it.

    Raises:
        SubmissionError: what was rendered last is older than these.
    """
    from reportgen.engine.plan import changes_of
    from reportgen.engine.store import Store
    from reportgen.errors import SubmissionError

    store, record = Store(latest.project.store), latest.record
    digests = {name: one.manifest.digest for name, one in latest.outcome.artifacts.items()}
    step = latest.outcome.render_step(
        latest.project,
        record.name,
        latest.loaded.settings.report,
        record.folders(latest.project),
    )
    found = store.find(step.key(digests))
    if found is None:
        changes = "; ".join(str(change) for change in changes_of(step, store, digests)[:3])
        raise SubmissionError(
            f"{record.name}.pdf is older than its sources{f': {changes}' if changes else ''}",
            hint=f"run `reportgen build --name {record.name}` again",
        )
    return found


def current_pdf(latest: Latest) -> Path:
    """The PDF in the build folder, if it is the current page.

    Raises:
        SubmissionError: it isn't.
    """
    from reportgen.engine.digest import file_digest
    from reportgen.errors import SubmissionError
    from reportgen.report.document import PDF

    page = current_page(latest)
    pdf = latest.project.build / f"{latest.record.name}.pdf"
    hint = f"run `reportgen build --name {latest.record.name}` again"
    if not pdf.is_file():
        raise SubmissionError(f"{pdf} isn't there", hint=hint)
    if file_digest(pdf) != page.files[PDF].sha256:
        raise SubmissionError(f"{pdf} isn't the PDF that was built last", hint=hint)
    return pdf
