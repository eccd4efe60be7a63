"""Golden errors: each mistake an author can make, and the very words that answer it.

The expected texts stand in ``golden_errors.txt``, one after the other as a person would see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reportgen.errors import TemplateError
from reportgen.report.renderer import Renderer

REPORT = """<!DOCTYPE html>
<html lang="es">
<head><meta charset="utf-8"><title>Prueba</title>
<style>{{ estilo("informe.css") }}</style></head>
<body>
<h1>Prueba</h1>
{% include "cuerpo.html.j2" %}
</body>
</html>
"""
SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<rect width="9" height="9"/></svg>'
)
FRONT = '---\npregunta: uno\nseccion: "1.1"\ntitulo: Una\nestado: borrador\n---\n\n'
BASE: dict[str, str | bytes] = {
    "informe.html.j2": REPORT,
    "informe.css": "p {\n  margin: 0;\n}\n",
    "cuerpo.html.j2": "<p>Hola</p>\n",
    "macros.html.j2": "{% macro doble(x) %}\n{{ x.valor * 2 }}\n{% endmacro %}\n",
    "comentarios/uno.md": f"{FRONT}Texto.\n",
}
CONTEXT = {
    "red": {"best": {"accuracy": 0.99, "epoch": 3}, "classes": ["a", "b"], "none": None},
    "informe": {"name": "X_Y"},
}
BODY, COMMENT, STYLE = "cuerpo.html.j2", "comentarios/uno.md", "informe.css"
CALL = '{{ comentario("uno").html }}\n'
MISTAKES: dict[str, dict[str, str | bytes]] = {
    "misspelt value": {BODY: "<p>{{ red.best.acuracy | pct }}</p>\n"},
    "misspelt first name": {BODY: "<p>Hola</p>\n<p>{{ rde.best.accuracy }}</p>\n"},
    "misspelt key by index": {BODY: "<p>{{ red['bset'].accuracy }}</p>\n"},
    "no such item": {BODY: "<p>{{ red.classes[5] }}</p>\n"},
    "value in a condition": {BODY: "{% if red.best.epoc > 3 %}x{% endif %}\n"},
    "value in a loop": {BODY: "{% for c in red.clases %}{{ c }}{% endfor %}\n"},
    "on a later line of an expression": {BODY: "<p>{{ red.best.epoch\n  + red.best.epok }}</p>\n"},
    "two same words": {BODY: "<p>accuracy: {{ red.best.acuracy }} acuracy</p>\n"},
    "tab before": {BODY: "\t\t<p>{{ red.bset }}</p>\n"},
    "inside macro": {BODY: '{% import "macros.html.j2" as m %}\n{{ m.doble(red) }}\n'},
    "missing macro": {BODY: '{% import "macros.html.j2" as m %}\n{{ m.dobel(red) }}\n'},
    "macro argument": {BODY: '{% import "macros.html.j2" as m %}\n{{ m.doble(red, otro=1) }}\n'},
    "missing include": {BODY: '{% include "cuerp.html.j2" %}\n'},
    "missing import": {BODY: '<p>\n{% import "macro.html.j2" as m %}\n'},
    "includes itself": {BODY: '{% include "cuerpo.html.j2" %}\n'},
    "unknown filter": {BODY: "{{ red.best.accuracy | pctt }}\n"},
    "filter by another word": {BODY: "{{ red.best.accuracy | porcentaje }}\n"},
    "filter far from any": {BODY: "{{ red.best.accuracy | xyzzy }}\n"},
    "name of a deeper group": {BODY: "{{ red.accuracy | pct }}\n"},
    "name far from any": {BODY: "{{ red.best.xyzzy }}\n"},
    "unknown test": {BODY: "{{ red is definde }}\n"},
    "unknown tag": {BODY: "{% fro c in red.classes %}{% endfor %}\n"},
    "unclosed block": {BODY: "<p>\n{% if red %}\nx\n"},
    "wrong end tag": {BODY: "{% if red %}x{% endfor %}\n"},
    "unclosed expression": {BODY: "<p>{{ red.best</p>\n"},
    "stray bracket": {BODY: "<p>{{ red.best) }}</p>\n"},
    "unclosed string": {BODY: '<p>{{ "red }}</p>\n'},
    "pct of text": {BODY: "{{ red.classes[0] | pct }}\n"},
    "miles of fraction": {BODY: "{{ red.best.accuracy | miles }}\n"},
    "bad date": {BODY: "{{ informe.name | fecha }}\n"},
    "divide by zero": {BODY: "{{ 1 / 0 }}\n"},
    "number plus text": {BODY: '{{ red.best.epoch + "a" }}\n'},
    "private attribute": {BODY: "{{ red.__class__ }}\n"},
    "changes data": {BODY: '{{ red.classes.append("c") }}\n'},
    "group of values": {BODY: "<p>\n{{ red.best }}</p>\n"},
    "list of values": {BODY: "{{ red.classes }}\n"},
    "no value": {BODY: "{{ red.none }}\n"},
    "function": {BODY: "{{ comentario }}\n"},
    "group in comment": {BODY: CALL, COMMENT: FRONT + "Son {{ red.best }}.\n"},
    "missing comment": {BODY: '{{ comentario("un").html }}\n'},
    "missing style": {"informe.html.j2": REPORT.replace("informe.css", "informes.css")},
    "style with html": {STYLE: "p { color: red }\n/* </style> */\n"},
    "value in comment": {BODY: CALL, COMMENT: FRONT + "La precisión fue {{ red.best.acuracy }}.\n"},
    "syntax in comment": {
        BODY: CALL,
        COMMENT: FRONT + "La precisión fue {{ red.best.accuracy }.\n",
    },
    "no front matter": {BODY: CALL, COMMENT: "Texto.\n"},
    "front matter open": {BODY: CALL, COMMENT: "---\npregunta: uno\n"},
    "front matter yaml": {
        BODY: CALL,
        COMMENT: '---\npregunta: uno\ntitulo: "Una\nestado: borrador\n---\n',
    },
    "front matter colon": {
        BODY: CALL,
        COMMENT: "---\npregunta: uno\ntitulo: Una: dos\nestado: borrador\n---\n",
    },
    "front matter list": {BODY: CALL, COMMENT: "---\n- uno\n---\n"},
    "front matter unknown": {BODY: CALL, COMMENT: FRONT.replace("estado", "estdo")},
    "front matter lacks": {BODY: CALL, COMMENT: "---\npregunta: uno\nseccion: x\ntitulo: y\n---\n"},
    "front matter state": {BODY: CALL, COMMENT: FRONT.replace("borrador", "borador")},
    "front matter nested": {BODY: CALL, COMMENT: FRONT.replace("Una", "[a, b]")},
    "front matter twice": {
        BODY: CALL,
        COMMENT: FRONT.replace("titulo: Una", "titulo: Una\ntitulo: Dos"),
    },
    "question mismatch": {BODY: CALL, COMMENT: FRONT.replace("pregunta: uno", "pregunta: dos")},
    "not utf8": {BODY: b"<p>a\xc3\xb1o</p>\n<p>a\xf1o</p>\n"},
    "dangling reference": {BODY: '<p id="fig-curvas"><a href="#fig-curvs"></a></p>\n'},
    "dangling in comment": {BODY: CALL, COMMENT: FRONT + "Véase la [](#tab-nada).\n"},
    "dangling beside a note": {
        BODY: CALL,
        COMMENT: FRONT + "{# Se citan\n   con [](#fig-nada). #}\n\nVéase la [](#fig-nada).\n",
    },
    "dangling far from any": {
        BODY: '<p id="tab-1-1-datos"></p><p id="tab-1-2-uno"></p><a href="#tab-1-2-xyzzyxyzzy"></a>'
    },
    "repeated id": {BODY: '<p id="uno">a</p>\n<p id="uno">b</p>\n'},
    "empty ref to unnumbered": {BODY: '<p id="uno">a</p>\n<p><a href="#uno"></a></p>\n'},
    "unknown property": {STYLE: "p {\n  margn: 0;\n}\n"},
    "wrong value": {STYLE: "p {\n  margin: azul;\n}\n"},
    "style syntax": {STYLE: "p {\n  margin 0;\n}\n"},
    "selector": {STYLE: "p {\n  margin: 0;\n}\n\np:::x { color: red }\n"},
    "at rule": {STYLE: "@pgae {\n  margin: 0;\n}\n"},
    "page margin box": {STYLE: "@page {\n  @top-lft { content: 'x' }\n}\n"},
    "unclosed css": {STYLE: "p { color: red\n\nh1 { color: blue }\n"},
    "missing picture": {BODY: '<p>a</p>\n<p><img src="figures/curva.svg" alt="x"></p>\n'},
    "picture outside": {BODY: '<img src="/etc/passwd" alt="x">\n'},
    "picture from net": {BODY: '<p><img src="https://example.org/x.png" alt="x"></p>\n'},
    "picture no alt": {BODY: '<p>\n<img src="figures/curvas.svg"></p>\n'},
    "broken svg": {BODY: '<p>\n<img src="figures/rota.svg" alt="x"></p>\n'},
    "no such sign": {BODY: "<p>a</p>\n<p>Un signo: 漢</p>\n"},
    "style attribute": {BODY: '<p>a</p>\n<p style="colr: red">b</p>\n'},
    "font missing": {STYLE: "@font-face { font-family: X; src: url(x.ttf) }\n"},
    "css import": {STYLE: '@import "otro.css";\n'},
    "attachment": {BODY: '<a rel="attachment" href="../x">x</a>\n'},
}


def golden() -> dict[str, str]:
    text = Path(__file__).with_name("golden_errors.txt").read_text(encoding="utf-8")
    blocks = text.split("===== ")[1:]
    return {name: body.rstrip("\n") for name, body in (block.split("\n", 1) for block in blocks)}


GOLDEN = golden()


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as warm:
        yield warm


def lay(folder: Path, files: dict[str, str | bytes]) -> tuple[Path, Path]:
    templates, build = folder / "templates", folder / "build"
    (build / "figures").mkdir(parents=True)
    (build / "figures/curvas.svg").write_text(SQUARE, encoding="utf-8")
    (build / "figures/rota.svg").write_text(SQUARE[:40], encoding="utf-8")
    for name, content in {**BASE, **files}.items():
        path = templates / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return templates, build


def make(renderer: Renderer, templates: Path, build: Path) -> bytes:
    html = renderer.render([templates], CONTEXT)
    return renderer.typeset(html, readable=[build, templates], run_id="x", date=date(2026, 1, 2))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_answered_in_these_words(
    name: str, tmp_path: Path, renderer: Renderer
) -> None:
    templates, build = lay(tmp_path, MISTAKES[name])
    with pytest.raises(TemplateError) as caught:
        make(renderer, templates, build)
    message = str(caught.value).replace(f"{templates}/", "").replace(str(tmp_path), "/…")
    assert message == GOLDEN[name]


def test_without_a_mistake_the_page_is_made(tmp_path: Path, renderer: Renderer) -> None:
    templates, build = lay(tmp_path, {})
    assert make(renderer, templates, build).startswith(b"%PDF-1.7")


def test_every_golden_text_has_its_mistake() -> None:
    assert set(GOLDEN) == set(MISTAKES)
    assert len(MISTAKES) >= 30


def test_every_mistake_is_told_with_its_place_its_line_and_what_to_do() -> None:
    for text in GOLDEN.values():
        head, line, caret, todo = text.split("\n")
        assert re.match(r"\S+:\d+:\d+: ", head)
        assert line.startswith("    ")
        assert caret.strip() == "^"
        assert todo.startswith("  → ")
