"""Whether a PDF can be handed in: it opens, has pages, text and its own fonts, and does nothing."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen.findings import Finding, error
from reportgen.results import DRAFT, INCOMPLETE, SHORTENED
from reportgen.submission.findings import Limits, Unreadable, listed, unreadable

if TYPE_CHECKING:
    from pypdf import PdfReader

_RUN_ID = re.compile(r"\b(?:reportgen|run-id):([0-9a-f]{8,64})\b")  # among the keywords
_LEAST_TEXT = 200  # letters; a scan or a picture of a report has none
_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToR",
    "/GoToE",
    "/Rendition",
}


@dataclass(frozen=True)
class PdfCheck:
    """What one PDF is: its findings, the run it reports and its number of pages."""

    findings: tuple[Finding, ...]
    run_id: str | None = None
    pages: int | None = None


def check_pdf(content: bytes, where: str, limits: Limits | None = None) -> PdfCheck:
    """Read a PDF; ``where`` is what findings call it.

    Never raises for what ``content`` holds, except that memory or recursion may run out: a
    stranger's PDF is read in a bounded process (`reportgen.submission.sandbox`).
    """
    limits = limits or Limits()
    if len(content) > limits.pdf_size:
        message = f"the PDF has {len(content) / 1e6:.0f} MB, more than {limits.pdf_size / 1e6:g}"
        return PdfCheck((error("pdf-too-large", where, message, "use smaller pictures"),))
    try:
        return _read(content, where, limits)
    except (MemoryError, RecursionError):
        raise
    except Exception as problem:  # pypdf raises whatever a malformed object leads it to
        reason = Unreadable(str(problem) or type(problem).__name__)
        return PdfCheck((unreadable("pdf", where, reason),))


def _read(content: bytes, where: str, limits: Limits) -> PdfCheck:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it repairs aloud
    if not content.startswith(b"%PDF-"):
        raise ValueError("it doesn't begin like one")
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        message = "the PDF is encrypted"
        return PdfCheck((error("pdf-encrypted", where, message, "save it without a password"),))
    pages = len(reader.pages)
    if not 0 < pages <= limits.pages:
        message = f"the PDF has {pages} pages; 1 to {limits.pages} are read"
        return PdfCheck((error("pdf-pages", where, message, "hand in the report"),), pages=pages)
    findings = (*_text(reader, where), *_fonts(reader, where), *_actions(reader, where))
    run_id = _RUN_ID.search((reader.metadata and reader.metadata.keywords) or "")
    return PdfCheck(findings, run_id[1] if run_id else None, pages)


def _text(reader: PdfReader, where: str) -> Iterator[Finding]:
    text = ""
    for page in reader.pages:
        text += page.extract_text()
        if sum(map(str.isalpha, text)) >= _LEAST_TEXT:
            break
    else:
        yield error(
            "pdf-no-text",
            where,
            "the PDF has hardly any text: it is a picture of a report",
            "export it as text, don't scan or print it as an image",
        )
    if said := [mark for mark in (DRAFT, SHORTENED, INCOMPLETE) if mark in text]:
        yield error(
            "pdf-draft",
            where,
            f"the PDF says that it is a draft ({', '.join(said)})",
            "build it from real data, with every section and no draft comments left",
        )


def _fonts(reader: PdfReader, where: str) -> Iterator[Finding]:
    missing: set[str] = set()
    seen: set[int] = set()
    for page in reader.pages:
        for font in _page_fonts(_got(page, "/Resources"), seen):
            if not _is_embedded(font):
                missing.add(str(font.get("/BaseFont", "?")).lstrip("/"))
    if missing:
        yield error(
            "pdf-font-not-embedded",
            where,
            f"fonts that aren't in the PDF: {listed(sorted(missing))}",
            "embed all fonts when exporting (PDF/A does); `reportgen build` always does",
        )


def _page_fonts(resources: Any, seen: set[int]) -> Iterator[Any]:
    """The fonts of a page and of the forms drawn on it, each object once."""
    if not hasattr(resources, "get") or id(resources) in seen:
        return
    seen.add(id(resources))
    for font in _values(_got(resources, "/Font")):
        if id(font) not in seen:
            seen.add(id(font))
            yield font
    for drawn in _values(_got(resources, "/XObject")):
        yield from _page_fonts(_got(drawn, "/Resources"), seen)


def _is_embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True  # drawn by the PDF's own instructions
    descendants = _got(font, "/DescendantFonts")
    described = descendants[0].get_object() if descendants else font
    descriptor = _got(described, "/FontDescriptor") or {}
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _actions(reader: PdfReader, where: str) -> Iterator[Finding]:
    root = reader.root_object
    names = _got(root, "/Names") or {}
    found = {
        f"{key.lstrip('/')} in the document"
        for key in ("/JavaScript", "/EmbeddedFiles")
        if key in names
    }
    found |= {kind for kind in [_action(_got(root, "/OpenAction"))] if kind}
    found |= {"/AA of the document"} if "/AA" in root else set()
    for page in reader.pages:
        for annotation in map(_resolved, _got(page, "/Annots") or ()):
            kind = _action(_got(annotation, "/A"))
            if kind:
                found.add(kind)
    if found:
        yield error(
            "pdf-active-content",
            where,
            f"the PDF runs or carries something: {listed(sorted(found))}",
            "export it again without scripts, actions and attachments",
        )


def _action(action: Any) -> str | None:
    kind = action.get("/S") if hasattr(action, "get") else None
    return str(kind).lstrip("/") if kind in _ACTIONS else None


def _got(holder: Any, key: str) -> Any:
    """The value of ``key``, resolved where it is a reference."""
    return _resolved(holder.get(key)) if hasattr(holder, "get") else None


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _values(holder: Any) -> Iterator[Any]:
    for value in holder.values() if hasattr(holder, "values") else ():
        resolved = value.get_object()
        if hasattr(resolved, "get"):
            yield resolved
