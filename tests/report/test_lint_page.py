"""Mistakes and wordless pictures of a page, as findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import Place, TemplateError
from reportgen.report.lint_page import mistake_findings, picture_findings
from reportgen.report.review import Review
from tests.report.manuscripts import comment, manuscript


def test_a_mistake_keeps_its_place_and_loses_its_excerpt() -> None:
    error = TemplateError(
        "'bset' doesn't exist; did you mean 'best'?\n    {{ red.bset }}\n           ^",
        place=Place(Path("a/uno.md"), 8, 8),
    )
    (found,) = mistake_findings(Review([("expression", error)], None, {}))
    assert (found.code, found.place) == ("expression", "a/uno.md:8:8")
    assert found.message == "'bset' doesn't exist; did you mean 'best'?"
    assert "reportgen show" in found.fix


def test_a_mistake_without_a_place_is_of_all_templates() -> None:
    error = TemplateError("the page took more than 60 s", hint="look for a loop")
    (found,) = mistake_findings(Review([("template", error)], None, {}))
    assert (found.place, found.fix) == ("templates", "look for a loop")


@pytest.mark.parametrize(
    "picture", ['<img src="a.svg">', '<img alt=" " src="a.svg"/>', "<img alt>"]
)
def test_a_picture_without_words_is_found(
    tmp_path: Path, results: dict[str, Any], picture: str
) -> None:
    text = manuscript(tmp_path, results, uno=comment("uno", "\n![](a.svg)\n"))
    (found,) = picture_findings(text, f"<p>{picture}</p>")
    assert found.code == "alt-text"
    if "src" in picture:
        assert found.place.endswith("uno.md:8:5")


def test_a_picture_with_words_is_fine(tmp_path: Path, results: dict[str, Any]) -> None:
    html = '<figure><img src="a.svg" alt="Dos curvas que bajan."></figure><p>&lt;img&gt;</p>'
    assert picture_findings(manuscript(tmp_path, results), html) == []


def test_a_figure_of_the_results_is_found_where_a_template_names_it(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    template = '{% set r = simple_cnn %}\n<img src="{{ r.figures.curves.file }}">\n'
    (tmp_path / "informe.html.j2").write_text(template, encoding="utf-8")
    file = results["simple_cnn"]["figures"]["curves"]["file"]
    (found,) = picture_findings(manuscript(tmp_path, results), f'<img src="{file}" alt="">')
    assert found.place.endswith("informe.html.j2:2:16")
