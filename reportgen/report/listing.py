"""Source code as it ran, highlighted, with the line numbers of its file."""

from __future__ import annotations

from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]


def listing(source: str, first_line: int) -> Markup:
    """The HTML of Python ``source``, whose first line is number ``first_line`` of its file.

    One ``<pre>`` of plain text flow, so that a page may break between any two lines and CSS's
    ``orphans`` and ``widows`` hold. The classes are Pygments' short names; the line numbers,
    padded to one width, are of class ``linenos``.
    """
    code = highlight(source.strip("\n"), PythonLexer(), HtmlFormatter(nowrap=True))
    lines = code.rstrip("\n").split("\n")
    width = len(str(first_line + len(lines) - 1))
    numbered = (
        f'<span class="linenos">{number:>{width}}</span>  {line}'
        for number, line in enumerate(lines, start=first_line)
    )
    return Markup('<pre class="codigo">{}</pre>').format(Markup("\n".join(numbered)))
