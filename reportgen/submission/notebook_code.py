"""What the code of a notebook's cells says, without running it."""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Iterable
from contextlib import suppress

_BLANK = re.compile(r"(?<![\w'\"])_{3,}(?![\w'\"])|raise NotImplementedError\b")
_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
_COMMENT = re.compile(r"\s*#.*|\s*")


def has_code(source: str) -> bool:
    """Whether there is more than comments and blank lines."""
    return any(not _COMMENT.fullmatch(line) for line in source.splitlines())


def is_placeholder(source: str) -> bool:
    """Whether a skeleton's gap is still open: ``...``, ``____``, a body that is only ``pass``."""
    if any(_BLANK.search(line.partition("#")[0]) for line in source.splitlines()):
        return True
    tree = _parsed(source)
    if tree is None:
        return False
    # `x[..., 0]` and `tuple[int, ...]` mean what they say; `Conv2d(..., 64)` is a gap.
    subscripts = (node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript))
    meant = {id(inner) for index in subscripts for inner in ast.walk(index)}
    return any(
        (isinstance(node, ast.Constant) and node.value is ... and id(node) not in meant)
        or (isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Pass))
        for node in ast.walk(tree)
    )


def code_digest(sources: Iterable[str]) -> str | None:
    """Equal for code that differs in comments and layout only; ``None`` where there is no code."""
    written = [source for source in sources if has_code(source)]
    if not written:
        return None
    plain = "\n".join(_plain(source) for source in written)
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def _plain(source: str) -> str:
    tree = _parsed(source)
    with suppress(RecursionError):
        if tree is not None:
            return ast.unparse(tree)
    return "".join(source.split())


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stray backslash in a notebook isn't our business
            return ast.parse(_MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
