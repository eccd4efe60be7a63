"""A page's mistakes, all of them, at the places where a build would name the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import TemplateError
from reportgen.report.page import compose
from reportgen.report.renderer import Limits, Renderer
from reportgen.report.review import MOST, Review, review
from tests.report.manuscripts import comment

PAGE = """<!DOCTYPE html>
<html lang="es"><head><title>Prueba</title></head><body>
{% include "cuerpo.html.j2" %}
{{ comentario("uno").html }}
{{ comentario("dos").html }}
</body></html>
"""
VALUES = {"red": {"best": {"accuracy": 0.98, "epoch": 3}, "classes": ["a", "b"]}}
FILES = {
    "informe.html.j2": PAGE,
    "cuerpo.html.j2": '<p id="fig-x">{{ red.best.accuracy | pct }}</p>\n',
    "comentarios/uno.md": comment("uno", "\nVa por {{ red.best.epoch }}.\n"),
    "comentarios/dos.md": comment("dos", "\n[Aquí](#fig-x).\n"),
}


def _read(folder: Path, **changes: str) -> Review:
    for name, text in {**FILES, **{_NAMES[key]: text for key, text in changes.items()}}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return review([folder], VALUES)


_NAMES = {"body": "cuerpo.html.j2", "one": "comentarios/uno.md", "two": "comentarios/dos.md"}


def _told(found: Review) -> list[tuple[str, str, int | None, int | None, str]]:
    return [
        (kind, error.place.file.name, error.place.line, error.place.column, error.message)
        for kind, error in found.mistakes
        if error.place
    ]


def test_a_page_without_mistakes_is_composed(tmp_path: Path) -> None:
    found = _read(tmp_path)
    assert found.mistakes == []
    assert found.html is not None
    assert "98,00" in found.html
    assert found.answers.keys() == {"uno", "dos"}
    assert found.answers["uno"] == "<p>Va por 3.</p>\n"


def test_all_wrong_expressions_are_found_in_templates_and_comments(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        body="<p>{{ red.bset.accuracy }}</p>\n<p>{{ red.best }}</p>\n",
        one=comment("uno", "\n{{ red.best.epok }} y {{ red.best.accuracy | pctt }}\n\n{{ rde }}\n"),
        two=comment("dos", "\n{{ red.classes | pct }}.\n"),
    )
    told = [(kind, *where, message.split("\n")[0]) for kind, *where, message in _told(found)]
    assert sorted(told) == [
        ("expression", "cuerpo.html.j2", 1, 11, "'bset' doesn't exist; did you mean 'best'?"),
        (
            *("expression", "cuerpo.html.j2", 2, 4),
            "this is a group of values (accuracy, epoch); write '.name' behind it",
        ),
        ("expression", "dos.md", 8, 18, "'pct' wants a number, not ['a', 'b']"),
        ("expression", "uno.md", 8, 13, "'epok' doesn't exist; did you mean 'epoch'?"),
        ("expression", "uno.md", 8, 46, "no filter named 'pctt'; did you mean 'pct'?"),
        ("expression", "uno.md", 10, 4, "'rde' doesn't exist; did you mean 'red'?"),
    ]
    assert found.html is not None


def test_the_first_mistake_is_the_one_that_stops_a_build(tmp_path: Path) -> None:
    found = _read(tmp_path, body='<p id="fig-x">{{ red.bset }}{{ red.best.acuracy }}\n')
    with pytest.raises(TemplateError) as caught:
        compose([tmp_path], VALUES)
    first = found.mistakes[0][1]
    assert (first.message, first.place) == (caught.value.message, caught.value.place)
    assert len(found.mistakes) == 2


def test_a_broken_comment_hides_none_of_the_others(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        one="---\npregunta: uno\n",
        two=comment("dos", "\n{% if red %}\n\n{{ red.bset }}\n"),
    )
    kinds = [(kind, name) for kind, name, *_ in _told(found)]
    assert kinds == [("template", "uno.md"), ("template", "dos.md")]
    assert found.html is not None


def test_a_comment_that_nothing_can_stand_in_for_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "comentarios").mkdir()
    (tmp_path / "comentarios" / "a: b.md").write_text("---\n", encoding="utf-8")
    found = _read(tmp_path, body='{{ comentario("a: b").html }}')
    assert [kind for kind, _ in found.mistakes] == ["template", "template"]
    assert found.html is None


def test_a_broken_template_ends_the_search(tmp_path: Path) -> None:
    found = _read(tmp_path, body="{% if red %}\n")
    assert [kind for kind, _ in found.mistakes] == ["template"]
    assert found.html is None


def test_all_dangling_references_are_found(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        one=comment("uno", "\nVéase [](#fig-y), y\n[esto](#tab-z).\n"),
        two=comment("dos", "\n[Bien](#fig-x), [](#fig-y).\n"),
    )
    told = [(kind, *where) for kind, *where, _ in _told(found)]
    assert sorted(told) == [
        ("reference", "dos.md", 8, 20),
        ("reference", "uno.md", 8, 10),
        ("reference", "uno.md", 9, 8),
    ]


def test_a_reference_to_what_a_mistake_took_away_is_none_of_its_own(tmp_path: Path) -> None:
    macro = (
        "{% macro figura(id, dibujo) %}"
        '<figure id="fig-{{ id }}"><img src="{{ dibujo.file }}"></figure>{% endmacro %}\n'
    )
    found = _read(tmp_path, body=macro + '{{ figura("x", red.figures) }}\n<p id="fig-y">.</p>\n')
    assert [kind for kind, _ in found.mistakes] == ["expression"]
    assert "fig-x" in FILES["comentarios/dos.md"]


def test_the_search_ends_with_many_mistakes(tmp_path: Path) -> None:
    found = _read(tmp_path, body="\n".join("{{ red.no }}" for _ in range(MOST + 20)))
    assert len(found.mistakes) == MOST
    assert found.html is None


def test_the_child_gives_the_same_review(tmp_path: Path) -> None:
    here = _read(tmp_path, one=comment("uno", "\n{{ red.bset }}\n"))
    with Renderer() as renderer:
        there = renderer.review([tmp_path], VALUES)
    assert _told(here) == _told(there)
    assert (here.html, here.answers) == (there.html, there.answers)


def test_a_page_without_end_is_stopped(tmp_path: Path) -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    _read(tmp_path)
    (tmp_path / "cuerpo.html.j2").write_text(endless, encoding="utf-8")
    with Renderer(Limits(cpu=1)) as renderer, pytest.raises(TemplateError, match="processor time"):
        renderer.review([tmp_path], VALUES)


def test_what_a_comment_is_given_is_plain_data(tmp_path: Path) -> None:
    found = _read(tmp_path, one=comment("uno", "\n{{ red.__class__ }}\n"))
    assert [kind for kind, _ in found.mistakes] == ["expression"]
    values: dict[str, Any] = VALUES
    assert values["red"]["best"]["epoch"] == 3


def test_a_comment_of_a_section_that_isn_t_there_is_a_mistake(tmp_path: Path) -> None:
    _read(tmp_path, one=comment("uno", "\nHola.\n", section="1.9"))
    found = review([tmp_path], VALUES | {"informe": {"sections": ["1.1", "1.2"]}})
    ((kind, *where, message),) = _told(found)
    assert (kind, *where) == ("template", "uno.md", 3, 10)
    assert message.startswith("the report has no section '1.9'")
    assert found.html is not None


def test_a_comment_that_can_t_be_read_isn_t_called_empty(tmp_path: Path) -> None:
    found = _read(tmp_path, one=comment("uno", "\n{% if red %}Hola.\n"))
    assert [kind for kind, _ in found.mistakes] == ["template"]
    assert found.answers.keys() == {"dos"}


def test_another_mistake_hides_no_dangling_reference(tmp_path: Path) -> None:
    found = _read(tmp_path, one=comment("uno", "\n[Aquí](#nada) y {{ rde }}.\n"))
    assert [kind for kind, _ in found.mistakes] == ["expression", "reference"]
