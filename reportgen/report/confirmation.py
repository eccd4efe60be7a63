"""The mark in a comment's front matter that says for which measurements it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.files import write_atomically
from reportgen.report.comments import Comment
from reportgen.report.manuscript import Manuscript

FIELD = "confirmado"
_SCALAR = re.compile(r"\"[^\"]*\"|'[^']*'|\S+")


def confirm(manuscript: Manuscript, files: Sequence[Path]) -> list[Path]:
    """Mark comments as written for the present measurements; returns the files that changed.

    Args:
        manuscript: the comments and their measurements.
        files: the ones to confirm; empty: all but drafts.

    Raises:
        UsageError: a file is no comment of the report; none was changed then.
        DiskFullError: a file didn't fit; it is as it was.
    """
    changes: list[tuple[Path, bytes]] = []
    for comment in _chosen(manuscript, files):
        path = comment.path.resolve()  # a link stays one
        before = path.read_bytes()
        after = confirmed(comment, before, manuscript.digest(comment))
        if after != before:
            changes.append((path, after))
    for path, after in changes:
        mode = path.stat().st_mode
        write_atomically(path, after)
        path.chmod(mode)
    return [path for path, _ in changes]


def confirmed(comment: Comment, content: bytes, digest: str) -> bytes:
    """``content``, the comment's file, with the field set and every other byte as it is."""
    lines = content.decode("utf-8").splitlines(keepends=True)
    place = comment.fields.get(FIELD)
    if place is None:
        fence = comment.first_line - 2
        ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
        lines.insert(fence, f"{FIELD}: {digest}{ending}")
    else:
        line, column = place
        head, rest = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
        lines[line - 1] = head + _SCALAR.sub(digest, rest, count=1)
    return "".join(lines).encode("utf-8")


def _chosen(manuscript: Manuscript, files: Sequence[Path]) -> list[Comment]:
    if not files:
        return [one for one in manuscript.comments if not one.is_draft]
    known = {one.path.resolve(): one for one in manuscript.comments}
    for file in files:
        if file.resolve() not in known:
            raise UsageError(
                f"{file} is no comment of this report that can be read; nothing was confirmed",
                hint="comments lie in templates/comentarios/; without FILE all with "
                "`estado: revisado` are confirmed",
            )
    return [known[file.resolve()] for file in files]
