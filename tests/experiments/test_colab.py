"""The Colab notebook: its parts that are not Colab's own, run as they stand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tests.tiny import NAME, TINY, TinyReport

NOTEBOOK = Path(__file__).parents[2] / "experiments" / "colab.ipynb"
SECTIONS = 'in ("1.1", "1.2", "1.3"):'
NOTE = "Escrito ayer en Colab."


def script(options: tuple[str, ...]) -> str:
    """All code cells, with a name and options of ours, as one program."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    settings = cells[0]
    cells[0] = f"NOMBRE = {NAME!r}\nORIGEN = 'reportgen'\nOPCIONES = {list(options)!r}"
    assert {line.split(" = ")[0] for line in settings.splitlines()} == {
        line.split(" = ")[0] for line in cells[0].splitlines()
    }
    plain = TransformerManager()
    whole = "\n".join(plain.transform_cell(cell) for cell in cells)
    assert SECTIONS in whole
    return whole.replace(SECTIONS, 'in ("1.1",):')  # one stands for three


def run(folder: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "REPORTGEN_DATA_ROOT": "", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_machine_that_is_lost_loses_nothing(tiny: TinyReport, tmp_path: Path) -> None:
    work, copy = tmp_path / "practica1", tmp_path / "copia"
    tiny.copied_to(work)  # what was measured needn't be measured again
    comment = Path("templates", "comentarios", "1_1_tsne.md")
    with (work / comment).open("a", encoding="utf-8") as text:
        text.write(f"\n{NOTE}\n")
    code = script((*TINY, "--only", "1.1"))
    run(tmp_path, code)
    measured = json.loads((work / "build" / "results.json").read_text("utf-8"))
    assert (copy / "mediciones.reportgen").is_file()
    assert not list(copy.rglob("*.nuevo"))
    shutil.rmtree(work)  # Colab has given the machine to somebody else
    told = run(tmp_path, code)
    assert "results taken, 0 were here already" in told
    assert ": loss " not in told  # nothing was trained again
    assert NOTE in (work / comment).read_text("utf-8")
    results = json.loads((work / "build" / "results.json").read_text("utf-8"))
    assert results["colophon"]["run_id"] == measured["colophon"]["run_id"]
    assert (work / "build" / f"{NAME}.pdf").is_file()


def test_a_copy_that_differs_never_replaces_the_one_before(tmp_path: Path) -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (copying,) = [cell.source for cell in cells if "def guardar" in cell.source]
    names: dict[str, object] = {}
    exec(copying, names)
    save = names["guardar"]
    assert callable(save)
    source, target = tmp_path / "a", tmp_path / "drive" / "a"
    source.write_bytes(b"one")
    save(source, target)
    assert target.read_bytes() == b"one"

    class Lossy:
        """A drive that loses the last byte."""

        @staticmethod
        def copyfile(one: Path, other: Path) -> None:
            other.write_bytes(one.read_bytes()[:-1])

    names["shutil"] = Lossy
    source.write_bytes(b"two")
    with pytest.raises(OSError, match="no es igual"):
        save(source, target)
    assert target.read_bytes() == b"one"
    assert [path.name for path in target.parent.iterdir()] == ["a"]


def test_the_torch_that_is_there_is_pinned() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    (installing,) = [cell.source for cell in cells if "def fijadas" in cell.source]
    names: dict[str, object] = {}
    exec(installing.split("def reportgen")[0], names)
    pinned = names["fijadas"]
    assert callable(pinned)
    assert f"torch=={version('torch')}" in pinned()
    assert any("-c fijadas.txt" in cell.source for cell in cells)
