"""Source code as it ran, highlighted, with the line numbers of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

# Lines: a longer statement may be broken, a shorter beginning or end doesn't stand alone on a page.
_LONGEST, _SHORTEST = 20, 4


def listing(source: str, first_line: int) -> Markup:
    """The HTML of Python ``source``, whose first line is number ``first_line`` of its file.

    One ``<pre>`` with a block for each statement, so that a page breaks between two of them. The
    classes are Pygments' short names; the line numbers, padded to one width, are of class
    ``linenos``, the blocks of class ``bloque``.
    """
    source = source.strip("\n")
    code = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    lines = code.rstrip("\n").split("\n")
    width = len(str(first_line + len(lines) - 1))
    numbered = [
        Markup(f'<span class="linenos">{number:>{width}}</span>  {line}\n')
        for number, line in enumerate(lines, start=first_line)
    ]
    block = Markup('<span class="bloque">{}</span>')
    blocks = [
        block.format(Markup("").join(numbered[start:end]))
        for start, end in pairwise([*_starts(source, len(lines)), len(lines)])
    ]
    return Markup('<pre class="codigo">{}</pre>').format(Markup("").join(blocks))


def _starts(source: str, length: int) -> list[int]:
    """The lines, from 0, at which a block begins; the first is 0."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(range(length))
    text = source.split("\n")
    starts = {0}
    for line in _breaks(body):
        # Comments belong to what follows them, empty lines to what they follow.
        while line > 0 and text[line - 1].lstrip().startswith("#"):
            line -= 1
        starts.add(line)
    return sorted(
        start for start in starts if not start or _SHORTEST <= start <= length - _SHORTEST
    )


def _breaks(body: Sequence[ast.stmt]) -> Iterator[int]:
    """The first lines of statements, from 0; a definition's heading goes with its first one."""
    for place, node in enumerate(body):
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)]) - 1
        end = node.end_lineno or node.lineno
        if place:
            yield first
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield from _breaks(node.body)
        elif end - first > _LONGEST:
            yield from range(first + 1, end)
