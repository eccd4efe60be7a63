"""Code on the page: every line with its number, and where a page may break."""

from __future__ import annotations

import re
from html import unescape

import pytest

from reportgen.report.listing import listing

SOURCE = """class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        # for small pictures
        if small:
            self.side = 2
        else:
            self.side = 6

        self.body = nn.Sequential(
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        y = x.flatten(1)
        return y
"""


def blocks(source: str, first_line: int = 1) -> list[list[str]]:
    """The lines of each block as a reader sees them."""
    html = listing(source, first_line)
    found = re.split(r'<span class="bloque">', html.removesuffix("</pre>"))[1:]
    return [unescape(re.sub("<[^>]+>", "", block)).rstrip("\n").split("\n") for block in found]


def test_every_line_stands_once_with_its_number() -> None:
    lines = [line for block in blocks(SOURCE, 97) for line in block]
    assert lines == [f"{n:>3}  {line}" for n, line in enumerate(SOURCE.splitlines(), start=97)]


def test_a_page_breaks_between_statements_only() -> None:
    starts = [int(block[0].split()[0]) for block in blocks(SOURCE)]
    assert starts == [1, 10, 14], "heading with what isn't too short for a page, call, last method"


def test_a_long_statement_may_be_broken() -> None:
    long = "x = [\n" + "    1,\n" * 60 + "]\ny = 1\nz = 2\na = 3\nb = 4\n"
    assert max(map(len, blocks(long))) < 6


@pytest.mark.parametrize("source", ["def (:\n  x\n", "a\0b", "(" * 500, "\tx\n y"])
def test_what_is_no_code_is_shown_line_by_line(source: str) -> None:
    assert [line for block in blocks(source) for line in block] == [
        f"{n}  {line}" for n, line in enumerate(source.strip("\n").split("\n"), start=1)
    ]
