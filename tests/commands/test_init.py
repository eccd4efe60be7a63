from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from reportgen.commands.init import lay
from reportgen.errors import ReportgenError
from reportgen.project import Project, shipped
from tests.tiny import reportgen


def test_a_new_project_is_the_shipped_one(tmp_path: Path) -> None:
    written, kept = lay(tmp_path / "new")
    assert not kept
    assert Project.find(tmp_path / "new" / "experiments").root == (tmp_path / "new").resolve()
    names = {path.relative_to(tmp_path / "new").as_posix() for path in written}
    assert {"reportgen.toml", ".gitignore", "experiments/simple_cnn.py"} <= names
    assert "templates/secciones/1_1_simple_cnn.html.j2" in names
    assert not [name for name in names if "__pycache__" in name]
    source = shipped() / "experiments" / "alexnet.py"
    assert (tmp_path / "new" / "experiments" / "alexnet.py").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("folder", "said", "follows"),
    [("practica1", "to practica1. Next:", ["  cd practica1"]), (".", "here. Next:", [])],
)
def test_where_it_lies_and_where_to_go_is_said(
    tmp_path: Path, folder: str, said: str, follows: list[str]
) -> None:
    told = reportgen(tmp_path, "init", folder).stdout

    assert f"files written {said}" in told
    assert [line for line in told.splitlines() if line.startswith("  cd ")] == follows


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    lay(tmp_path)
    own = tmp_path / "templates" / "comentarios" / "1_1_tsne.md"
    own.write_text("mine", encoding="utf-8")
    (tmp_path / "templates" / "informe.css").unlink()
    written, kept = lay(tmp_path)
    assert own.read_text(encoding="utf-8") == "mine"
    assert own in kept
    assert [path.name for path in written] == ["informe.css"]


COMMENT = """---
pregunta: 1_1_tsne
seccion: "1.1"
titulo: "¿Cómo cambian los grupos?"
estado: revisado
---

Los grupos se separan.
"""


def other_project(folder: Path) -> Path:
    lay(folder)
    (folder / "reportgen.toml").write_text("[report]\ngroup = 'G2'\n", "utf-8")
    (folder / "templates" / "comentarios" / "1_1_tsne.md").write_text(COMMENT, "utf-8")
    (folder / "templates" / "informe.css").write_text("h1 { color: red }", "utf-8")
    return folder


def zipped(path: Path, entries: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return path


def test_comments_and_settings_of_another_project_are_taken_over(tmp_path: Path) -> None:
    lay(tmp_path / "new", other_project(tmp_path / "old"))
    new = tmp_path / "new"
    assert (new / "reportgen.toml").read_text("utf-8") == "[report]\ngroup = 'G2'\n"
    assert (new / "templates/comentarios/1_1_tsne.md").read_text("utf-8") == COMMENT
    shipped_style = shipped() / "templates" / "informe.css"
    assert (new / "templates/informe.css").read_bytes() == shipped_style.read_bytes()
    assert (new / "templates/comentarios/1_1_evolucion.md").is_file()


def test_a_zip_of_a_project_serves_as_well(tmp_path: Path) -> None:
    old = other_project(tmp_path / "old")
    package = tmp_path / "old.zip"
    with zipfile.ZipFile(package, "w") as written:
        for path in sorted(old.rglob("*")):
            written.write(path, path.relative_to(tmp_path))
    lay(tmp_path / "new", package)
    assert (tmp_path / "new/reportgen.toml").read_text("utf-8") == "[report]\ngroup = 'G2'\n"
    assert (tmp_path / "new/templates/comentarios/1_1_tsne.md").read_text("utf-8") == COMMENT


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"../reportgen.toml": ""}, "entry-traversal"),
        ({"reportgen.toml": "", "/etc/x.md": ""}, "entry-absolute-path"),
        ({"reportgen.toml": "", "templates/comentarios/../../../x.md": COMMENT}, "entry-traversal"),
        ({"reportgen.toml": "", "REPORTGEN.toml": ""}, "entry-names-collide"),
        ({"reportgen.toml": "#" * 30_000_000}, "zip-bomb"),
        ({f"{n}.md": "" for n in range(3000)}, "zip-bomb-count"),
        ({"notes.md": "x"}, "neither a project's folder nor a zip"),
        ({"reportgen.toml": "[run]\nsed = 1\n"}, "unknown setting 'run.sed'"),
        ({"reportgen.toml": "", "templates/comentarios/1_1_tsne.md": "nada"}, "front matter"),
    ],
)
def test_a_zip_that_isn_t_safe_or_doesn_t_fit_is_refused_whole(
    tmp_path: Path, entries: dict[str, str], told: str
) -> None:
    package = zipped(tmp_path / "hostile.zip", entries)
    with pytest.raises(ReportgenError, match=told):
        lay(tmp_path / "in" / "new", package)
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.zip"]


def test_something_else_than_a_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(ReportgenError, match="zip-unreadable"):
        lay(tmp_path / "new", tmp_path / "x.zip")


def test_the_next_three_commands_are_printed(tmp_path: Path) -> None:
    done = reportgen(tmp_path, "init", "new")
    assert done.returncode == 0, done.stderr
    next_ones = [line.split("#")[0].split() for line in done.stdout.splitlines()[-3:]]
    assert [words[:2] for words in next_ones] == [
        ["reportgen", "doctor"],
        ["reportgen", "build"],
        ["reportgen", "watch"],
    ]
    assert "/.reportgen/" in (tmp_path / "new" / ".gitignore").read_text("utf-8")
