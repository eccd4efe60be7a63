"""``reportgen check`` in a real project: findings, exit codes, confirming."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reportgen.commands.check import ordered
from reportgen.findings import Finding, error
from tests.commands.conftest import NAME
from tests.tiny import reportgen

FRONT = '---\npregunta: recta\nseccion: "1.1"\ntitulo: "¿Qué tamaño tiene?"\nestado: revisado\n'


def _write(project: Path, body: str) -> Path:
    path = project / "templates" / "comentarios" / "recta.md"
    path.write_text(f"{FRONT}---\n{body}", encoding="utf-8")
    return path


def _check(project: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = reportgen(project, "check", "--json", *arguments)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def _codes(told: dict[str, Any]) -> list[str]:
    return [one["code"] for one in told["findings"]]


def test_a_fresh_report_on_samples_is_a_draft(built: Path) -> None:
    code, told = _check(built)
    assert code == 1
    assert [(one["code"], one["where"], one["line"]) for one in told["findings"]] == [
        ("sample-data", "reportgen.toml", 2),
        ("draft", "templates/comentarios/recta.md", 5),
    ]


def test_every_kind_of_mistake_has_its_place(project: Path) -> None:
    _write(
        project,
        "\nTiene 7850 parámetros, no 7851 parámetros, y {{ line.parameters.trainible }}.\n"
        "La accuracy, en [](#tab-resta), es la del azar.\n\n![](a.svg)\n",
    )
    code, told = _check(project, "--name", NAME)
    found = {one["code"]: one for one in told["findings"]}
    assert code == 1
    assert found.keys() >= {
        *("sample-data", "unconfirmed", "number-by-hand", "number-disagrees", "expression"),
        *("english", "reference", "alt-text"),
    }
    places = {name: (one["line"], one["column"]) for name, one in found.items()}
    assert places["number-by-hand"] == (8, 7)
    assert places["number-disagrees"] == (8, 27)
    assert places["expression"] == (8, 65)
    assert places["english"] == (9, 4)
    assert places["reference"] == (9, 20)
    assert places["alt-text"] == (11, 5)
    assert "'trainable'" in found["expression"]["message"]
    assert "did you mean 'tab-recta'?" in found["reference"]["message"]
    assert "{{ line.parameters.trainable | miles }}" in found["number-by-hand"]["fix"]


def test_people_read_a_line_and_what_to_do(project: Path) -> None:
    _write(project, "\nTiene 7850 parámetros.\n")
    done = reportgen(project, "check")
    assert done.returncode == 1
    place = "templates/comentarios/recta.md:8:7: warning number-by-hand: "
    lines = done.stdout.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith(place)]
    assert lines[at + 1] == "  → write {{ line.parameters.trainable | miles }}"
    assert lines[-1] == "3 findings"


def test_a_confirmed_answer_is_fine_until_its_results_change(project: Path) -> None:
    path = _write(project, "\nTiene {{ line.parameters.trainable | miles }} parámetros.\n")
    assert _codes(_check(project)[1]) == ["sample-data", "unconfirmed"]
    before = path.read_text("utf-8")
    _, told = _check(project, "--confirm")
    assert told["confirmed"] == ["templates/comentarios/recta.md"]
    assert _codes(told) == ["sample-data"]
    after = path.read_text("utf-8")
    assert [line for line in after.splitlines() if line not in before.splitlines()] == [
        after.splitlines()[5]
    ]
    source = project / "experiments" / "line.py"
    source.write_text(source.read_text("utf-8").replace("28 * 28, 10", "28 * 28, 9"), "utf-8")
    built = reportgen(project, "build", "--name", NAME)
    assert built.returncode == 0, built.stderr
    assert _codes(_check(project)[1]) == ["sample-data", "other-results"]


def test_an_empty_answer_and_one_that_isn_t_asked_for(project: Path) -> None:
    _write(project, "\n{# nada todavía #}\n")
    assert "unanswered" in _codes(_check(project)[1])


def test_files_are_only_named_to_confirm_them(built: Path) -> None:
    done = reportgen(built, "check", "templates/comentarios/recta.md")
    assert done.returncode == 2
    assert "--confirm templates/comentarios/recta.md" in done.stderr


def test_a_broken_page_is_a_finding_and_what_wasn_t_checked_is_said(project: Path) -> None:
    page = project / "templates" / "informe.html.j2"
    page.write_text(page.read_text("utf-8") + "{% if line %}", encoding="utf-8")
    code, told = _check(project)
    assert code == 1
    assert "template" in _codes(told)
    assert any("were not checked" in note for note in told["notes"])


def test_that_spelling_isn_t_checked_is_said(project: Path, tmp_path: Path) -> None:
    (tmp_path / "hunspell.py").write_text("raise ImportError\n", encoding="utf-8")
    _write(project, "\nUna clasificacion.\n")
    paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = reportgen(project, "check", PYTHONPATH=paths)
    assert "spelling: " not in done.stdout
    assert "spelling was not checked: " in done.stdout
    assert "pip install" in done.stdout


def test_before_the_first_build_there_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "reportgen.toml").write_text("", encoding="utf-8")
    done = reportgen(tmp_path, "check", "--name", NAME)
    assert done.returncode == 2
    assert f"nothing was built under the name {NAME} yet" in done.stderr


def test_findings_stand_in_the_order_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = str(tmp_path / "a.md")

    def at(line: int | None, column: int | None, where: str = here) -> Finding:
        return Finding("x", error("", "", "", "").severity, "", "", where, line, column)

    found = ordered([at(10, 1), at(9, 12), at(9, 2), at(None, None), at(1, 1, "/elsewhere/b.md")])
    assert [one.place for one in found] == [
        *("/elsewhere/b.md:1:1", "a.md", "a.md:9:2", "a.md:9:12", "a.md:10:1"),
    ]
