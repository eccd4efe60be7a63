"""What a notebook gives away by mistake: secrets, and the folders of one computer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from reportgen.findings import Finding, error, warning
from reportgen.submission.findings import listed
from reportgen.submission.notebook_text import texts
from reportgen.submission.secrets import find_secrets

# Whose folder it is can be read from these.
_HOME = re.compile(
    r"(?:(?<=file://)|(?<![\w.:/\\-]))"
    r"(?:/(?:home|Users)/[^/\s'\"\\]+|/mnt/[a-z]/Users/[^/\s'\"]+|/content/drive/\w"
    r"|[A-Za-z]:[\\/]+Users[\\/]+[^\\/\s'\"]+|~/\w)"
)
# These tie the notebook to one machine: known roots anywhere, any other one between quotes.
_ABSOLUTE = re.compile(
    r"(?<![\w.:/\\~>-])/(?:content|kaggle|mnt|media|tmp|srv|var|opt|scratch|workspaces?|Volumes|root)"
    r"(?:/[^\s'\"]*|(?=[\s'\"]|$))"
    r"|(?<=['\"])/[\w.-]+/[^'\"\n]*(?=['\"])"
    r"|(?<=['\"])(?:[A-Za-z]:[\\/]|\\\\\w)[^'\"\n]*"
)
# Where a library or its cache stands shows in messages; it says nothing of the author.
_LIBRARY = re.compile(
    r"(?:site|dist)-packages|ipykernel|/lib/python|/root/\.cache/|/dev/(?:null|shm)"
)


def leaks(notebook: dict[str, Any], where: str) -> Iterator[Finding]:
    """Secrets, and paths of one computer, in a notebook's source, outputs and metadata."""
    secrets: dict[str, list[str]] = defaultdict(list)
    homes: dict[str, str] = {}
    absolutes: dict[str, str] = {}
    for text in texts(notebook):
        for kind, line in find_secrets(text.content).items():
            secrets[kind].append(f"{text.place}, line {line}")
        if home := _HOME.search(text.content):
            homes.setdefault(text.place, home[0])
        for match in _ABSOLUTE.finditer(text.content):
            if not _LIBRARY.search(match[0]) and not _HOME.match(match[0]):
                absolutes.setdefault(text.place, match[0])
    for kind, places in secrets.items():
        yield error(
            "secret",
            where,
            f"this looks like a secret ({kind}): {listed(places, separator='; ')}",
            "revoke it where it was issued, then remove it from the notebook and run it again",
        )
    if homes:
        yield error(
            "home-path",
            where,
            f"a folder of one person or computer: {_located(homes)}",
            "use a path relative to the notebook, or DATA_ROOT; `zip --clean` empties metadata",
        )
    if absolutes:
        yield warning(
            "absolute-path",
            where,
            f"a path that other computers don't have: {_located(absolutes)}",
            "use a path relative to the notebook, or DATA_ROOT; `zip --clean` empties metadata",
        )


def _located(found: dict[str, str]) -> str:
    return listed((f"{path} ({place})" for place, path in found.items()), most=4)
