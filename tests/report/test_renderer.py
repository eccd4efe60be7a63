"""The child process: warm between requests, stopped when it overdoes, replaced afterwards."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import TemplateError
from reportgen.report.renderer import Limits, Renderer

PAGE = '<!DOCTYPE html><html lang="es"><head><title>x</title></head><body>{}</body></html>'
SMALL = Limits(memory=700 * 2**20, cpu=1, wall=30)
BOMB = "".join(
    f'<!ENTITY {b} "{10 * f"&{a};"}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
HUNGRY = {
    "a loop in a loop": LOOP,
    "a giant text": "{{ 'a' * 3000000000 }}",
    "a doubled text": "{% set ns = namespace(x='aa') %}{% for i in range(40) %}"
    "{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | length }}",
    "a wide format": "{{ '%9999999999d' | format(1) }}",
    "a padded format": "{{ '{:>9999999999}'.format(1) }}",
    "a giant number": "{{ 9 ** (9 ** 9) }}",
    "a giant list": "{{ ([0] * 999999999) | length }}",
    "a macro without end": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a giant table": "<table>{{ '<tr><td>a</td><td>b</td></tr>' * 60000 }}</table>",
    "entities of entities": '<img alt="x" src="figures/bomb.svg">',
    "a giant drawing": '<img alt="x" src="figures/many.svg">',
}  # fmt: skip


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(SMALL) as small:
        yield small


def lay(folder: Path, body: str) -> list[Path]:
    (folder / "informe.html.j2").write_text(PAGE.replace("{}", body), encoding="utf-8")
    (folder / "figures").mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
    bomb = f'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">{BOMB}]>{svg.format("<text>&i;</text>")}'
    (folder / "figures/bomb.svg").write_text(bomb, encoding="utf-8")
    many = "<rect width='9' height='9' style='fill: red; stroke: blue'/>" * 200_000
    (folder / "figures/many.svg").write_text(svg.format(many), encoding="utf-8")
    return [folder]


def make(renderer: Renderer, folders: list[Path]) -> bytes:
    html = renderer.render(folders, {})
    return renderer.typeset(html, readable=folders, run_id="x", date=date(2026, 1, 2))


@pytest.mark.parametrize("name", HUNGRY)
def test_a_page_that_overdoes_is_stopped_and_the_next_one_is_made(
    name: str, renderer: Renderer, tmp_path: Path
) -> None:
    folders = lay(tmp_path, HUNGRY[name])
    with pytest.raises(TemplateError):
        make(renderer, folders)
    (tmp_path / "informe.html.j2").write_text(PAGE.format("hola"), encoding="utf-8")
    assert make(renderer, folders).startswith(b"%PDF")


def test_a_page_that_waits_is_stopped_by_the_clock(tmp_path: Path) -> None:
    folders = lay(tmp_path, LOOP)
    with (
        Renderer(Limits(cpu=600, wall=1)) as slow,
        pytest.raises(TemplateError, match="took longer than 1 s"),
    ):
        slow.render(folders, {})


def test_the_child_stays_warm(tmp_path: Path) -> None:
    folders = lay(tmp_path, "hola")
    with Renderer() as renderer:
        renderer.render(folders, {})
        first = process_of(renderer)
        with pytest.raises(TemplateError):
            renderer.render([tmp_path / "figures"], {})
        renderer.render(folders, {})
        assert process_of(renderer) == first


def test_a_child_that_was_started_ahead_makes_the_first_page(tmp_path: Path) -> None:
    with Renderer() as renderer:
        renderer.start()
        first = process_of(renderer)
        assert make(renderer, lay(tmp_path, "hola")).startswith(b"%PDF")
        assert process_of(renderer) == first


def test_a_child_that_died_while_it_waited_is_replaced(tmp_path: Path) -> None:
    with Renderer() as renderer:
        renderer.start()
        first, process = process_of(renderer), renderer._process
        assert process is not None
        process.kill()
        process.join()
        assert make(renderer, lay(tmp_path, "hola")).startswith(b"%PDF")
        assert process_of(renderer) != first


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_warm_child_does_not_keep_its_pages(tmp_path: Path) -> None:
    folders = lay(tmp_path, "<p>Una palabra y <b>otra</b> más.</p>" * 400)
    sizes = []
    with Renderer() as renderer:
        for _ in range(8):
            make(renderer, folders)
            renderer.render(folders, {})  # answered once the page before is cleared away
            sizes.append(resident(process_of(renderer)))
    assert sizes[-1] - sizes[2] < 20


def resident(process: int) -> int:
    """The memory that a process holds, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024


def test_it_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "page").mkdir()
    with Renderer() as renderer:
        make(renderer, lay(tmp_path / "page", "hola"))
        child = process_of(renderer)
        assert [path.name for path in tmp_path.iterdir() if path.name != "page"]
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_dates_and_paths_reach_the_templates_as_text(tmp_path: Path) -> None:
    folders = lay(tmp_path, "{{ dia | fecha }}, {{ lugar }}")
    with Renderer() as renderer:
        html = renderer.render(folders, {"dia": date(2026, 3, 9), "lugar": Path("x/y")})
    assert "9 de marzo de 2026, x/y" in html


def test_what_is_no_plain_data_is_refused(tmp_path: Path) -> None:
    context: dict[str, Any] = {"x": object()}
    with Renderer() as renderer, pytest.raises(TypeError, match="no plain data"):
        renderer.render(lay(tmp_path, "hola"), context)


def process_of(renderer: Renderer) -> int:
    assert renderer._process is not None
    assert renderer._process.pid is not None
    return renderer._process.pid


def test_a_warm_renderer_sees_every_change(tmp_path: Path) -> None:
    page, comment = tmp_path / "informe.html.j2", tmp_path / "comentarios" / "uno.md"
    comment.parent.mkdir()
    head = '---\npregunta: uno\nseccion: "1"\ntitulo: "¿?"\nestado: revisado\n---\n'
    texts = ["{{ v }} uno", "{{ v }} dos", "{{ v }} uno"]
    with Renderer() as renderer:
        for text in texts:
            page.write_text(f"<p>{text}</p>{{{{ comentario('uno').html }}}}", "utf-8")
            comment.write_text(head + text, "utf-8")
            html = renderer.render([tmp_path], {"v": "*"})
            assert html == f"<p>{text.replace('{{ v }}', '*')}</p>" * 2 + "\n"
