"""The page as HTML, composed in this process: for templates one trusts or inside the child."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import TemplateNotFound
from markupsafe import Markup

from reportgen.errors import TemplateError
from reportgen.fonts import font_faces
from reportgen.report import comments, environment, markdown, references, stylesheet
from reportgen.report.jinja_errors import from_jinja
from reportgen.report.listing import listing
from reportgen.report.places import (
    did_you_mean,
    mistake,
    mistake_at_offset,
    mistake_at_text,
)

REPORT = "informe.html.j2"
COMMENTS = "comentarios"
# Longer than a hundred reports: whatever makes such a page is a mistake or an attack.
LONGEST_PAGE = 20_000_000
_TAGS = (
    *("autoescape", "block", "call", "elif", "else", "endautoescape", "endblock", "endcall"),
    *("endfilter", "endfor", "endif", "endmacro", "endraw", "endset", "endwith", "extends"),
    *("filter", "for", "from", "if", "import", "include", "macro", "raw", "set", "with"),
)


class Page(NamedTuple):
    """A page whose captions have no numbers yet.

    Attributes:
        html: the document.
        answers: the HTML of each comment that it shows, by question.
    """

    html: str
    answers: dict[str, str]


def compose(templates: list[Path], context: Mapping[str, Any]) -> str:
    """The report as one HTML document, its tables and figures numbered, its style inside.

    Args:
        templates: the folders to search, the author's own first.
        context: plain data, as JSON could hold it.

    Raises:
        TemplateError: a mistake in a template, comment or reference, with its place.
    """
    html = assemble(environment.Folders(templates), context).html
    try:
        whole = references.resolve(html)
    except references.BadReferenceError as error:
        raise mistake_at_text(str(error), error.traces, templates) from None
    return stylesheet.mark(whole, context.get("informe", {}).get("draft_reasons", []))


def assemble(folders: environment.Folders, context: Mapping[str, Any]) -> Page:
    """The page from its templates and comments; raises TemplateError with the place.

    Beside the filters, templates may call ``comentario(id)`` (an answer: ``titulo``, ``estado``,
    ``html``), ``estilo(file)`` (a style file's content) and ``listado(source, line)`` (code).
    """
    env = environment.environment(folders, context)
    markdown_env = environment.for_markdown(env)
    answers: dict[str, str] = {}
    known_sections = sections(context)

    def comentario(name: str) -> dict[str, Any]:
        try:
            path = folders.path(f"{COMMENTS}/{name}.md")
        except TemplateNotFound:
            known = [Path(n).stem for n in folders.list_templates() if n.startswith(COMMENTS)]
            raise LookupError(f"there is no comment {name!r}{did_you_mean(name, known)}") from None
        template = markdown_env.get_template(f"{COMMENTS}/{name}.md")
        comment = comments.parse(path, folders.text(path))
        # Of another section, it would be on the page and in none of the checks.
        if known_sections and comment.section not in known_sections:
            place = comment.place("seccion")
            guess = did_you_mean(comment.section, known_sections)
            message = f"the report has no section {comment.section!r}{guess}"
            raise mistake(message, path, place.line or 1, place.column)
        html = markdown.to_html(template.render())
        answers[comment.question] = html
        state = comments.STATES[not comment.is_draft]
        return {"titulo": comment.title, "estado": state, "html": html}

    def estilo(name: str) -> Markup:
        path = folders.path(name)
        css = folders.text(path)
        before, tag, _ = css.partition("</")
        if tag:
            raise mistake_at_offset("a style file can't hold HTML", path, before)
        if wrong := stylesheet.unbalanced(css):
            bracket, offset = wrong
            raise mistake_at_offset(f"the bracket {bracket!r} has no partner", path, css[:offset])
        if missing := stylesheet.unknown_family(css):
            family, offset = missing
            known = sorted({face.family for face in font_faces()})
            message = f"the report has no font {family!r}{did_you_mean(family, known)}"
            raise mistake_at_offset(message, path, css[:offset])
        return Markup(css)

    env.globals.update(comentario=comentario, estilo=estilo, listado=listing)
    try:
        return Page("".join(_bounded(env.get_template(REPORT).generate())), answers)
    except Exception as error:
        names = {
            "tag": _TAGS,
            "filter": env.filters,
            "test": env.tests,
            "file": folders.list_templates(),
        }
        raise from_jinja(error, names) from error


def sections(context: Mapping[str, Any]) -> list[str]:
    """The numbers of the sections that the page has, as far as its context tells them."""
    return list(context.get("informe", {}).get("sections", []))


def _bounded(pieces: Any) -> Any:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST_PAGE:
            raise TemplateError(
                f"the page is longer than {LONGEST_PAGE // 1_000_000} million characters",
                hint="look for a loop that doesn't end, or a text that is repeated",
            )
        yield piece
