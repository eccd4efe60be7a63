"""The prose of a comment, without its markup and with the place of each character."""

from __future__ import annotations

from pathlib import Path

from reportgen.report import comments
from reportgen.report.prose import FILLER, Paragraph, paragraphs
from tests.report.manuscripts import comment

BODY = """
{# una nota {{ 1.5 }} de
   dos líneas #}

La *pérdida 1* baja a **0,31** %, véase [la figura 3](#fig-3) o `0,5`
  y {{ simple_cnn.best.epoch }} \\* fin&nbsp;5 <http://a.es/9> ya _b_.

1. Uno con 98,97 %

> cita 3,5

| a | b |
|---|---|
| 1,25 | **2,50** y [x](y7,5)y7,5 |

## Título 4

    sangrado 5

```
6
```

![texto 8](a.svg) tras 9,75
"""


def _read(body: str) -> tuple[list[Paragraph], list[str]]:
    text = comment("uno", body)
    parsed = comments.parse(Path("uno.md"), text)
    return list(paragraphs(parsed)), text.splitlines()


def test_code_targets_and_pictures_are_left_out() -> None:
    read, _ = _read(BODY)
    texts = [one.text.replace(FILLER, "") for one in read]
    assert [text.strip() for text in texts] == [
        "",
        "La pérdida 1 baja a 0,31 %, véase la figura 3 o  y  * fin\N{NO-BREAK SPACE}5  ya b.",
        "Uno con 98,97 %",
        "cita 3,5",
        "a",
        "b",
        "1,25",
        "2,50 y xy7,5",
        "Título 4",
        "tras 9,75",
    ]


def test_every_letter_and_digit_has_its_place_in_the_file() -> None:
    read, lines = _read(BODY)
    checked = 0
    for paragraph in read:
        for offset, sign in enumerate(paragraph.text):
            if sign.isalnum():
                place = paragraph.place(offset)
                assert place.line
                assert place.column
                assert lines[place.line - 1][place.column - 1] == sign
                checked += 1
    assert checked > 60


def test_italics_are_known_and_bold_is_none() -> None:
    read, _ = _read(BODY)
    slanted = "".join(
        sign for one in read for sign, is_so in zip(one.text, one.emphasised, strict=True) if is_so
    )
    assert slanted == "pérdida 1b"


def test_other_line_endings_keep_the_lines() -> None:
    text = comment("uno", "\nUno.\n\nDos 0,25.\n").replace("\n", "\r\n")
    read = list(paragraphs(comments.parse(Path("uno.md"), text)))
    assert [(one.text, one.place(0).line) for one in read] == [("Uno.", 8), ("Dos 0,25.", 10)]


def test_what_follows_a_link_isn_t_looked_for_in_its_target() -> None:
    (read,), lines = _read("\n[x](a9.svg)a9\n")
    assert read.text == "xa9"
    assert read.place(2).column == lines[7].rindex("9") + 1
