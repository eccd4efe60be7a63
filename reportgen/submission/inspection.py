"""Reading submissions back: one's own zip, or a class's."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.findings import Finding, Severity, error
from reportgen.submission.archive import Member
from reportgen.submission.archive_check import unpack
from reportgen.submission.collection import Submission, submissions
from reportgen.submission.duplicates import Traces, duplicates
from reportgen.submission.findings import Limits, Report, Unreadable, unreadable
from reportgen.submission.names import DRAFT_SUFFIX, check_name, same_name
from reportgen.submission.notebook_check import NotebookCheck, check_notebook, too_large
from reportgen.submission.pdf_check import PdfCheck, check_pdf
from reportgen.submission.sandbox import Sandbox

_LIBRARIES = ("detect_secrets.core.plugins.util", "nbformat.validator", "pypdf")  # the slow ones


@dataclass(frozen=True)
class _Inspected:
    report: Report
    traces: Traces


def inspect(paths: Iterable[Path], limits: Limits | None = None) -> list[Report]:
    """A report for each submission at ``paths``: zips, folders of them, Moodle's bulk downloads.

    Nothing in them is run or written outside a temporary folder; each file is read in a process
    bounded by ``limits``.

    Raises:
        UsageError: a path doesn't exist, or a folder has no zip in it.
    """
    limits = limits or Limits()
    with (
        tempfile.TemporaryDirectory(prefix="reportgen-") as name,
        Sandbox(limits.seconds, limits.memory, _LIBRARIES) as sandbox,
    ):
        folder = Path(name)
        inspected = [
            _inspect(submission, folder, sandbox, limits)
            for submission in submissions(paths, folder, sandbox, limits)
        ]
    shared = duplicates([one.traces for one in inspected])
    return [
        replace(one.report, findings=_ordered((*one.report.findings, *found)))
        for one, found in zip(inspected, shared, strict=True)
    ]


def _inspect(submission: Submission, folder: Path, sandbox: Sandbox, limits: Limits) -> _Inspected:
    where = submission.source
    name, findings = _name(submission)
    findings += submission.findings
    pdfs: dict[str, PdfCheck] = {}
    notebooks: dict[str, NotebookCheck] = {}
    traces = Traces(where, submission.identifier or where, name)
    if submission.path:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            try:
                unpacked = sandbox.run(unpack, submission.path, Path(place), where, limits)
            except Unreadable as problem:
                findings.append(unreadable("zip", where, problem))
            else:
                findings += unpacked.findings
                pdfs, notebooks = _read(unpacked.members, where, sandbox, limits)
                traces = _traced(traces, submission.path, unpacked.members, notebooks)
                # Where entries were refused, what seems to be missing may be among them.
                if unpacked.members or not _has_error(unpacked.findings):
                    findings += _contents(pdfs, notebooks, name, where, limits)
    findings += [finding for check in pdfs.values() for finding in check.findings]
    findings += [finding for check in notebooks.values() for finding in check.findings]
    pdf = next(iter(pdfs.values()), PdfCheck(()))
    report = Report(
        where,
        name,
        submission.person,
        submission.identifier,
        pdf.run_id,
        pdf.pages,
        tuple(notebooks),
        tuple(findings),
    )
    return _Inspected(report, traces)


def _name(submission: Submission) -> tuple[str | None, list[Finding]]:
    """The name that the zip bears, where it bears one, and what is wrong with it."""
    if not submission.filename:
        return None, []
    findings: list[Finding] = []
    stem = Path(submission.filename).stem
    if stem.endswith(DRAFT_SUFFIX):
        stem = stem.removesuffix(DRAFT_SUFFIX)
        message = "the zip is a draft (BORRADOR)"
        fix = "finish the report and run `reportgen zip` without --allow-draft"
        findings.append(error("zip-draft", submission.source, message, fix))
    try:
        return check_name(stem), findings
    except UsageError as problem:
        findings.append(
            error("zip-name", submission.source, problem.message, f"{problem.hint} (.zip, .pdf)")
        )
        return None, findings


def _read(
    members: Iterable[Member], where: str, sandbox: Sandbox, limits: Limits
) -> tuple[dict[str, PdfCheck], dict[str, NotebookCheck]]:
    pdfs: dict[str, PdfCheck] = {}
    notebooks: dict[str, NotebookCheck] = {}
    for member in members:
        place = f"{where}, {member.name}"
        if member.file.suffix == ".pdf":
            try:
                pdfs[member.name] = sandbox.run(read_pdf, member.file, place, limits)
            except Unreadable as problem:
                pdfs[member.name] = PdfCheck((unreadable("pdf", place, problem),))
        else:
            try:
                notebooks[member.name] = sandbox.run(read_notebook, member.file, place, limits)
            except Unreadable as problem:
                notebooks[member.name] = NotebookCheck((unreadable("notebook", place, problem),))
    return pdfs, notebooks


def read_pdf(file: Path, where: str, limits: Limits) -> PdfCheck:
    """`check_pdf` of a file: what runs in the bounded process."""
    return check_pdf(file.read_bytes(), where, limits)


def read_notebook(file: Path, where: str, limits: Limits) -> NotebookCheck:
    """`check_notebook` of a file: what runs in the bounded process."""
    size = file.stat().st_size
    if size > limits.notebook_size:
        return NotebookCheck((too_large(where, size, limits),))
    return check_notebook(file.read_bytes(), where, limits)


def _contents(
    pdfs: dict[str, PdfCheck],
    notebooks: dict[str, NotebookCheck],
    name: str | None,
    where: str,
    limits: Limits,
) -> list[Finding]:
    """Whether what belongs together is there and comes from one run."""
    findings: list[Finding] = []
    wanted = f"{name}.pdf" if name else "the PDF named like the zip"
    if not pdfs:
        message = "there is no PDF in the zip"
        findings.append(error("pdf-missing", where, message, f"put {wanted} into it"))
    elif len(pdfs) > 1:
        message = f"there are {len(pdfs)} PDFs in the zip"
        findings.append(error("pdf-several", where, message, f"leave {wanted} only"))
    elif name and not same_name(Path(next(iter(pdfs))).stem, name):
        message = f"the PDF isn't called like the zip: {next(iter(pdfs))}"
        findings.append(error("pdf-name-differs", where, message, f"call it {wanted}"))
    if len(notebooks) < limits.notebooks:
        message = f"the zip has {len(notebooks)} of {limits.notebooks} notebooks"
        fix = "put the completed notebooks (.ipynb) into it: `reportgen zip` does"
        findings.append(error("notebook-missing", where, message, fix))
    reported = {check.run_id for check in pdfs.values()}
    for notebook, check in notebooks.items():
        if check.run_id and len(pdfs) == 1 and check.run_id not in reported:
            other = next(iter(reported))
            message = (
                f"{notebook} comes from run {check.run_id[:12]}, the PDF from {other[:12]}"
                if other
                else f"{notebook} names its run ({check.run_id[:12]}), the PDF names none"
            )
            fix = "run `reportgen build`, `reportgen notebooks` and `reportgen zip` once more"
            findings.append(error("run-id-differs", where, message, fix))
    return findings


def _traced(
    traces: Traces, path: Path, members: Iterable[Member], notebooks: dict[str, NotebookCheck]
) -> Traces:
    digests = {member.name: _digest(member.file) for member in members}
    return replace(
        traces,
        package=_digest(path),
        pdfs=frozenset(d for name, d in digests.items() if name not in notebooks),
        notebooks=frozenset(digests[name] for name in notebooks),
        # Notebooks that the report's own sources made have equal code in every submission.
        code=frozenset(c.code for c in notebooks.values() if c.code and not c.run_id),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR))
