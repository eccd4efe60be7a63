"""Comment files: what their front matter means."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.errors import TemplateError
from reportgen.report.comments import Comment, blank_front_matter, parse, read

SHIPPED = Path(__file__).parents[2] / "templates/comentarios"
TEXT = """---
pregunta: uno
seccion: 1.1
titulo: "¿Qué pasa: esto?"
estado: revisado
confirmado: abc123
---

Primera línea.
"""


def test_a_comment_is_read_with_all_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "uno.md"
    path.write_text(TEXT, encoding="utf-8")
    assert read(path) == Comment(
        question="uno",
        section="1.1",
        title="¿Qué pasa: esto?",
        state="revisado",
        confirmed="abc123",
        body="\nPrimera línea.\n",
        path=path,
        first_line=8,
    )


def test_blanking_the_front_matter_keeps_every_line_in_its_place(tmp_path: Path) -> None:
    blanked = blank_front_matter(tmp_path / "uno.md", TEXT).split("\n")
    assert blanked[8] == TEXT.split("\n")[8] == "Primera línea."
    assert not any(blanked[:8])


def test_a_body_may_hold_a_rule(tmp_path: Path) -> None:
    comment = parse(tmp_path / "uno.md", TEXT + "\n---\n\nOtra.\n")
    assert comment.body.endswith("---\n\nOtra.\n")


def test_a_state_is_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="'listo' is no state"):
        parse(tmp_path / "uno.md", TEXT.replace("revisado", "listo"))


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.md")), ids=lambda path: path.stem)
def test_a_shipped_comment_is_a_draft_in_its_section(path: Path) -> None:
    comment = read(path)
    assert comment.state == "borrador"
    assert comment.confirmed is None
    assert path.stem.startswith(comment.section.replace(".", "_"))
    assert comment.title.startswith("¿")


def test_every_question_of_the_assignment_is_shipped() -> None:
    assert {path.stem for path in SHIPPED.glob("*.md")} == {
        *("1_1_evolucion", "1_1_confusiones", "1_1_tsne", "1_1_reduccion"),
        *("1_2_evolucion", "1_2_confusiones", "1_2_tsne", "1_3_tsne"),
    }
