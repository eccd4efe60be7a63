"""``reportgen zip`` on a real, tiny report."""

from __future__ import annotations

import zipfile
from pathlib import Path

import nbformat
import pytest

from tests.tiny import NAME, TINY, TinyReport, reportgen


@pytest.fixture
def project(tiny: TinyReport, tmp_path: Path) -> Path:
    return tiny.copied_to(tmp_path / "project")


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for number in (1, 2, 3):
        cell = nbformat.v4.new_code_cell("print('hecho')", execution_count=1)
        cell.outputs = [nbformat.v4.new_output("stream", text="hecho\n")]
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.write(notebook, folder / f"{number}_practica.ipynb")
    return folder


def _packages(project: Path) -> list[Path]:
    return sorted((project / "build").glob("*.zip"))


def test_a_draft_is_refused(project: Path, notebooks: Path) -> None:
    done = reportgen(project, "zip", "--name", NAME, "--notebooks", str(notebooks))
    assert done.returncode == 7
    assert "datos de muestra" in done.stderr
    assert "--allow-draft" in done.stderr
    assert not _packages(project)


def test_a_draft_is_packed_as_one_on_request(project: Path, notebooks: Path) -> None:
    arguments = ("--notebooks", str(notebooks), "--allow-draft")
    done = reportgen(project, "zip", "--name", NAME, *arguments)
    assert done.returncode == 0, done.stderr
    (package,) = _packages(project)
    assert package.name == f"{NAME}.BORRADOR.zip"
    with zipfile.ZipFile(package) as archive:
        assert archive.read(f"{NAME}.pdf") == (project / "build" / f"{NAME}.pdf").read_bytes()
        found = {name for name in archive.namelist() if name.endswith(".ipynb")}
    assert found == {f"{number}_practica.ipynb" for number in (1, 2, 3)}
    first = package.read_bytes()
    reportgen(project, "zip", "--name", NAME, *arguments)
    assert package.read_bytes() == first


def test_without_notebooks_it_says_what_to_do(project: Path) -> None:
    done = reportgen(project, "zip", "--name", NAME, "--allow-draft")
    assert done.returncode == 7
    assert "notebooks" in done.stderr
    assert not _packages(project)


def test_a_pdf_older_than_its_sources_is_a_draft_at_most(project: Path, notebooks: Path) -> None:
    comment = project / "templates" / "comentarios" / "1_2_tsne.md"
    comment.write_text(comment.read_text("utf-8") + "\nAlgo más.\n", "utf-8")
    done = reportgen(project, "zip", "--name", NAME, "--notebooks", str(notebooks))
    assert done.returncode == 7
    told = f"{NAME}.pdf is older than its sources: templates/comentarios/1_2_tsne.md changed\n"
    assert told in done.stderr
    assert not _packages(project)
    done = reportgen(project, "zip", "--name", NAME, "--notebooks", str(notebooks), "--allow-draft")
    assert done.returncode == 0
    assert f"draft: {told}" in done.stderr
    assert [path.name for path in _packages(project)] == [f"{NAME}.BORRADOR.zip"]


def test_each_name_has_its_own_last_page_and_the_results_are_of_one(
    project: Path, notebooks: Path
) -> None:
    arguments = ("--notebooks", str(notebooks), "--allow-draft")
    built = reportgen(project, "build", "--name", "OTRA_PERSONA", *TINY, "--only", "1.1")
    assert built.returncode == 0, built.stderr
    assert "alone" not in built.stdout
    done = reportgen(project, "zip", "--name", NAME, *arguments)
    assert done.returncode == 7
    assert "results.json holds run" in done.stderr
    assert f"reportgen build --name {NAME}" in done.stderr
    for path in list(notebooks.glob("[23]*")):
        path.unlink()
    done = reportgen(project, "zip", "--name", "OTRA_PERSONA", *arguments)
    assert done.returncode == 0, done.stderr
    assert "warning notebook-missing: the zip has 1 of 3 notebooks" in done.stderr
    assert "draft: BORRADOR · informe parcial" in done.stderr
    assert [path.name for path in _packages(project)] == ["OTRA_PERSONA.BORRADOR.zip"]
    comment = project / "templates" / "comentarios" / "1_2_tsne.md"
    comment.unlink()
    done = reportgen(project, "zip", "--name", NAME)
    assert ": templates/comentarios/1_2_tsne.md is gone\n" in done.stderr


def test_a_fault_is_told_with_its_notebook(project: Path, notebooks: Path) -> None:
    path = notebooks / "2_practica.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="x")]
    nbformat.write(notebook, path)
    done = reportgen(project, "zip", "--name", NAME, "--notebooks", str(notebooks), "--allow-draft")
    assert done.returncode == 7
    assert "error cell-error: 2_practica.ipynb: cells that end in an error" in done.stderr
    assert not _packages(project)


def test_a_part_says_that_it_takes_the_place_of_the_whole(project: Path) -> None:
    done = reportgen(project, "build", "--name", NAME, *TINY, "--only", "1.1")
    assert done.returncode == 0, done.stderr
    assert f"{NAME}.pdf had every section and will have 1.1 alone" in done.stdout


def test_ascii_folds_the_name_everywhere(project: Path, notebooks: Path) -> None:
    folded = "PRUEBA_MUNOZ"
    built = reportgen(project, "build", "--name", NAME, "--ascii", *TINY)
    assert built.returncode == 0, built.stderr
    assert (project / "build" / f"{folded}.pdf").is_file()
    arguments = ("--notebooks", str(notebooks), "--allow-draft")
    done = reportgen(project, "zip", "--ascii", "--name", NAME, *arguments)
    assert done.returncode == 0, done.stderr
    (package,) = _packages(project)
    assert package.name == f"{folded}.BORRADOR.zip"
    with zipfile.ZipFile(package) as archive:
        assert f"{folded}.pdf" in archive.namelist()


def test_a_foreign_pdf_is_refused(project: Path, notebooks: Path) -> None:
    (project / "build" / f"{NAME}.pdf").write_bytes(b"%PDF-1.7 something else")
    done = reportgen(project, "zip", "--name", NAME, "--notebooks", str(notebooks), "--allow-draft")
    assert done.returncode == 7
    assert "isn't the PDF that was built last" in done.stderr
    assert not _packages(project)


def test_a_changed_experiment_is_refused(project: Path, notebooks: Path) -> None:
    source = project / "experiments" / "simple_cnn.py"
    text = source.read_text("utf-8")
    source.write_text(text.replace("pairs=5", "pairs=4"), "utf-8")
    done = reportgen(project, "zip", "--name", NAME, "--notebooks", str(notebooks), "--allow-draft")
    assert done.returncode == 2
    assert "reportgen build" in done.stderr


def test_a_name_that_was_never_built(project: Path) -> None:
    done = reportgen(project, "zip", "--name", "OTRA_PERSONA")
    assert done.returncode == 2
    assert "reportgen build --name OTRA_PERSONA" in done.stderr
