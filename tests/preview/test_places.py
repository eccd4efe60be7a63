from __future__ import annotations

from pathlib import Path

from reportgen.preview import places

KNOWN = places.ids('<h2 id="sec-1-1">…</h2><figure id="fig-1-1-curvas"><p id="preg-1_1_tsne">')


def test_a_comment_leads_to_its_answer() -> None:
    assert places.anchor(Path("comentarios/1_1_tsne.md"), 7, KNOWN) == "preg-1_1_tsne"
    assert places.anchor(Path("comentarios/other.md"), 1, KNOWN) is None


def test_a_template_s_line_leads_to_what_it_or_the_nearest_above_names(tmp_path: Path) -> None:
    template = tmp_path / "1_1.html.j2"
    template.write_text(
        '<p class="x">\n<h2 id="sec-1-1">Red</h2>\n'
        '{{ m.figura("1-1-curvas", r.figures.curves,\n "Pérdida.") }}\n',
        "utf-8",
    )
    found = [places.anchor(template, line, KNOWN) for line in (1, 2, 3, 4)]
    assert found == [None, "sec-1-1", "fig-1-1-curvas", "fig-1-1-curvas"]


def test_settings_and_files_that_are_gone_have_no_place() -> None:
    assert places.anchor(Path("/nowhere/reportgen.toml"), 3, KNOWN) is None
