"""The page as HTML: the author's words, values that stay text, folders that override."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import TemplateError
from reportgen.report.page import compose
from reportgen.spanish import NO_BREAK_SPACE

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "templates"
Compose = Callable[..., str]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The author's own template folder, empty."""
    folder = tmp_path / "propias"
    (folder / "comentarios").mkdir(parents=True)
    return folder


def write_comment(folder: Path, body: str, state: str = "revisado") -> None:
    text = f'---\npregunta: 1_1_tsne\nseccion: "1.1"\ntitulo: ¿Qué?\nestado: {state}\n---\n\n{body}'
    (folder / "comentarios/1_1_tsne.md").write_text(text, encoding="utf-8")


def with_informe(context: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**context, "informe": {**context["informe"], **changes}}


def answer(html: str) -> str:
    found = re.search(
        r'<section class="respuesta \w+" id="preg-1_1_tsne">(.*?)</section>', html, re.S
    )
    assert found
    return found[1]


def test_every_table_of_the_assignment_has_its_headings_and_rows_in_order(
    context: dict[str, Any],
) -> None:
    html = compose([SHIPPED], context)
    tables = {
        "tab-1-1-datos": [
            *("Alto de imagen", "Ancho de imagen", "N.º canales de imagen", "N.º muestras"),
            *("Entrenamiento", "Validación"),
        ],
        "tab-1-1-parametros": ["N.º parámetros entrenables", "Simple CNN"],
        "tab-1-1-mejor": [
            *("Mejor precisión (validación)", "Época con mejor precisión", "Simple CNN"),
        ],
        "tab-1-2-parametros": ["N.º parámetros entrenables", "AlexNet"],
        "tab-1-2-mejor": [
            *("Mejor precisión (validación)", "Época con mejor precisión", "AlexNet"),
        ],
        "tab-1-3-precision": [
            *("Entrenado desde cero", "Pre-entrenamiento + SVM"),
            "Ajuste fino (sin data augmentation)",
            *("Ajuste fino (con data augmentation)", "Precisión"),
        ],
    }
    for name, headings in tables.items():
        found = re.search(rf'<table id="{name}".*?</table>', html, re.S)
        assert found, name
        cells = re.findall(r"<th\b[^>]*>(.*?)</th>", found[0])
        assert [re.sub("<[^>]+>", "", cell) for cell in cells if cell] == headings


def test_an_experiment_left_out_leaves_no_trace(context: dict[str, Any]) -> None:
    kept = {name: context[name] for name in ("alexnet", "colophon", "informe")}
    figures = {k: v for k, v in kept["alexnet"]["figures"].items() if k != "tsne_comparison"}
    kept["alexnet"] = {**kept["alexnet"], "figures": figures}
    html = compose([SHIPPED], with_informe(kept, sections=["1.2"]))
    assert 'id="sec-1-2"' in html
    assert 'id="sec-1-1"' not in html
    assert "Transfer Learning" not in html
    assert "Simple CNN" not in html


def test_a_draft_is_marked_until_its_author_has_revised_it(
    context: dict[str, Any], own: Path
) -> None:
    write_comment(own, "Mi texto.", "borrador")
    assert "Borrador: texto por revisar" in answer(compose([own, SHIPPED], context))
    write_comment(own, "Mi texto.", "revisado")
    assert "Borrador" not in answer(compose([own, SHIPPED], context))
    write_comment(own, "{{ simple_cnn.drafts.tsne }}", "revisado")
    assert "Borrador: texto por revisar" in answer(compose([own, SHIPPED], context))


def test_a_comment_without_text_is_an_unanswered_question(
    context: dict[str, Any], own: Path
) -> None:
    write_comment(own, "{# nada todavía #}\n")
    assert "Pregunta sin responder." in answer(compose([own, SHIPPED], context))


def test_a_comment_uses_any_result_and_the_drafts(context: dict[str, Any], own: Path) -> None:
    text = "Llega al **{{ simple_cnn.best.validation_accuracy | pct }}**.\n\n"
    write_comment(own, text + "{{ simple_cnn.drafts.tsne }}\n")
    shown = answer(compose([own, SHIPPED], context))
    best = context["simple_cnn"]["best"]["validation_accuracy"]
    expected = f"{100 * best:.2f}".replace(".", ",") + NO_BREAK_SPACE + "%"
    assert f"<strong>{expected}</strong>" in shown
    assert " ".join(context["simple_cnn"]["drafts"]["tsne"]) in shown


@pytest.mark.parametrize(
    "value",
    ["<b>x</b>", "a & b", "*x*", "[x](y)", "# x", "`x`", "1. x", "![x](y)", "a\n\nb", "&lt;"],
)
def test_a_value_stays_text(value: str, context: dict[str, Any], own: Path) -> None:
    changed = {**context, "valor": value}
    write_comment(own, "{{ valor }}")
    shown = answer(compose([own, SHIPPED], changed))
    paragraph = re.search(r"<p>(.*?)</p>", shown, re.S)
    assert paragraph
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert paragraph[1] == escaped.replace("\n\n", " ")


def test_a_heading_in_a_comment_stays_below_the_question(
    context: dict[str, Any], own: Path
) -> None:
    write_comment(own, "# Uno\n\n## Dos\n\n### Tres\n")
    levels = re.findall(r"<h(\d)>(\w+)</h\1>", answer(compose([own, SHIPPED], context)))
    assert levels == [("5", "Uno"), ("6", "Dos"), ("6", "Tres")]


def test_an_empty_link_becomes_a_numbered_reference(context: dict[str, Any], own: Path) -> None:
    write_comment(own, "Véanse la [](#fig-1-1-curvas) y la [tabla](#tab-1-1-datos).")
    shown = answer(compose([own, SHIPPED], context))
    assert f'<a href="#fig-1-1-curvas">Figura{NO_BREAK_SPACE}1</a>' in shown
    assert '<a href="#tab-1-1-datos">tabla</a>' in shown


@pytest.mark.parametrize(
    ("value", "shown"), [(5.0, "5"), (0.0003, "0,0003"), (5000, "5000"), (None, "todas")]
)
def test_a_setting_has_a_decimal_comma(value: Any, shown: str, context: dict[str, Any]) -> None:
    context["colophon"]["deviations"][0]["value"] = value
    rows = re.findall(
        r"<code>alexnet.train_samples</code></th><td>(.*?)</td>", compose([SHIPPED], context)
    )
    assert rows == [shown]


def test_an_own_file_replaces_the_shipped_one_and_the_rest_is_inherited(
    context: dict[str, Any], own: Path
) -> None:
    (own / "secciones").mkdir()
    (own / "secciones/colofon.html.j2").write_text('<h2 id="sec-c">Fin</h2>', encoding="utf-8")
    html = compose([own, SHIPPED], context)
    assert "Colofón" not in html
    assert '<h2 id="sec-c">Fin</h2>' in html
    assert 'id="tab-1-1-datos"' in html
    assert '<a href="#sec-c">Fin</a>' in html


def test_a_left_out_measure_is_a_dash_with_its_reason(context: dict[str, Any]) -> None:
    network = context["simple_cnn"]
    final = network["embeddings"]["final"]
    reason = "hay menos muestras que vecinos"
    quality = {**final["quality"], "silhouette": None, "left_out": {"silhouette": reason}}
    embeddings = {**network["embeddings"], "final": {**final, "quality": quality}}
    html = compose([SHIPPED], {**context, "simple_cnn": {**network, "embeddings": embeddings}})
    assert f"Capa final, coeficiente de silueta: {reason}." in html
    assert "<td>—</td>" in html


def test_a_page_without_end_is_refused(context: dict[str, Any], own: Path) -> None:
    text = "{% for a in range(9000) %}{% for b in range(9000) %}xxxxxxxx{% endfor %}{% endfor %}"
    (own / "informe.html.j2").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match="longer than 20 million characters"):
        compose([own, SHIPPED], context)


def test_importing_the_page_takes_neither_weasyprint_nor_torch() -> None:
    program = (
        "import sys, reportgen.report.html, reportgen.report.pdf, reportgen.report.page\n"
        "print([m for m in ('weasyprint', 'torch', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
