"""The step that lays out the report: it keeps no page of templates that its key doesn't know."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reportgen.engine.digest import tree_digests
from reportgen.errors import TemplateError
from reportgen.report.document import LAYOUT, draw, lay_out

PAGE = (
    '<!DOCTYPE html><html lang="es"><head><title>x</title></head><body><p>hola</p>{}</body></html>'
)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    picture = '<img src="figures/a.svg" alt="A">'
    (tmp_path / "informe.html.j2").write_text(PAGE.format(picture))
    (tmp_path / "informe.css").write_text("p { top: 0 }")
    return tmp_path


def rendered(templates: Path, digests: dict[str, str]) -> Any:
    workspace: Any = None
    return lay_out(
        workspace,
        about={"date": "2026-11-24", "draft_reasons": [], "sections": []},
        colophon={"run_id": "0" * 64},
        results={},
        figures={"figures/a.svg": [20, 10]},
        template_digests=digests,
        templates=[str(templates)],
    )


def test_the_page_of_the_templates_that_were_keyed(templates: Path) -> None:
    assert rendered(templates, tree_digests([templates]))[LAYOUT].startswith(b"%PDF")


@pytest.mark.parametrize("name", ["informe.css", "comentarios/nuevo.md"])
def test_what_was_edited_meanwhile_is_no_page(templates: Path, name: str) -> None:
    keyed = tree_digests([templates])
    (templates / name).parent.mkdir(exist_ok=True)
    (templates / name).write_text("p { top: 1mm }")
    with pytest.raises(TemplateError, match=f"templates/{name} was changed while"):
        rendered(templates, keyed)


def test_a_figure_that_can_not_be_drawn_is_named(tmp_path: Path) -> None:
    (tmp_path / "figure.svg").write_text("<svg")
    about = {"width": 20, "height": 10}
    stored: Any = SimpleNamespace(json=lambda _: about, path=lambda name: tmp_path / name)
    workspace: Any = None
    with pytest.raises(TemplateError, match=r"figures/a.svg: the picture .* can't be read"):
        draw(workspace, figure=stored, target="figures/a.svg")
