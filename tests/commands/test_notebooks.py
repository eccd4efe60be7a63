"""``reportgen notebooks`` and the zip with them, executed for real on the tiny report."""

from __future__ import annotations

import ast
import base64
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from reportgen.engine.digest import digest
from reportgen.engine.store import Store
from reportgen.notebooks.glue.data import read_mnist, read_pictures
from reportgen.submission.notebook_check import check_notebook
from tests.tiny import NAME, TINY, TinyReport, reportgen

NAMES = {
    "simple_cnn": "1_simple_cnn",
    "alexnet": "2_alexnet",
    "transfer": "3_transfer_learning",
}
SOURCES = {
    "1_simple_cnn": [
        ("experiments/simple_cnn.py", "class SimpleCNN"),
        ("reportgen/learning/loop.py", "class Trainer"),
        ("reportgen/learning/preprocess.py", "class Preprocess"),
    ],
    "2_alexnet": [
        ("experiments/alexnet.py", "class AlexNet"),
        ("reportgen/learning/loop.py", "class Trainer"),
    ],
    "3_transfer_learning": [
        ("reportgen/learning/augmentation.py", "class CropAndFlip"),
        ("reportgen/learning/body.py", "def with_head"),
        ("reportgen/analysis/svm.py", "def linear_svm"),
    ],
}
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def executed(tiny: TinyReport, tmp_path_factory: pytest.TempPathFactory) -> TinyReport:
    root = tiny.copied_to(tmp_path_factory.mktemp("executed") / "project")
    done = reportgen(root, "notebooks", "--name", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    return TinyReport(root, done.stdout)


@pytest.fixture
def project(executed: TinyReport, tmp_path: Path) -> Path:
    return executed.copied_to(tmp_path / "project")


def _notebooks(report: TinyReport) -> dict[str, Any]:
    paths = sorted((report.build / "notebooks").glob("*.ipynb"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


def _code(notebook: dict[str, Any]) -> list[str]:
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in cells]


def _summary(notebook: dict[str, Any]) -> dict[str, Any]:
    (output,) = notebook["cells"][-1]["outputs"]
    lines = "".join(output["text"]).splitlines()
    return {name: json.loads(value) for name, _, value in (line.partition(" = ") for line in lines)}


def test_the_three_are_valid_and_were_run_in_order(executed: TinyReport) -> None:
    found = _notebooks(executed)
    assert list(found) == list(NAMES.values())
    for name, notebook in found.items():
        nbformat.validate(nbformat.from_dict(notebook))
        counts = [c["execution_count"] for c in notebook["cells"] if c["cell_type"] == "code"]
        assert counts == list(range(1, len(counts) + 1))
        content = (executed.build / "notebooks" / f"{name}.ipynb").read_bytes()
        findings = check_notebook(content, name).findings
        assert [finding.code for finding in findings] == ["notebook-draft"], findings
        assert "datos de muestra" in findings[0].message
        assert notebook["metadata"]["reportgen"]["run_id"] == executed.results["colophon"]["run_id"]


def test_the_trained_numbers_are_the_engines_bit_for_bit(executed: TinyReport) -> None:
    notebooks, results = _notebooks(executed), executed.results
    for section in ("simple_cnn", "alexnet"):
        found, expected = _summary(notebooks[NAMES[section]]), results[section]
        assert found["confusion"] == expected["confusion"]["matrix"]
        assert found["history"] == expected["history"]
        assert found["best_epoch"] == expected["best"]["epoch"]
        assert found["parameters"] == expected["parameters"]["trainable"]
    found = _summary(notebooks[NAMES["transfer"]])
    for key, expected in results["transfer"]["alternatives"].items():
        assert found["confusion"][key] == expected["confusion"]["matrix"]
        assert found["accuracy"][key] == expected["accuracy"]
        assert found["history"].get(key) == expected["history"]
        assert found["misplaced"][key] == expected["separability"]["misplaced"]


def test_whole_numbers_stay_whole_where_the_hardware_has_halves(executed: TinyReport) -> None:
    first = "\n".join(_code(_notebooks(executed)["1_simple_cnn"]))
    kept = 'dtype = torch.float32 if device.type in ["cpu"] else' in first
    assert kept == (executed.results["colophon"]["precision"] == ["float32"])


def test_the_code_is_that_of_the_sources_and_stands_alone(executed: TinyReport) -> None:
    for name, notebook in _notebooks(executed).items():
        cells = _code(notebook)
        for cell in cells:
            compile(cell, name, "exec")
            modules = {
                module
                for node in ast.walk(ast.parse(cell))
                for module in (
                    [node.module]
                    if isinstance(node, ast.ImportFrom)
                    else [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else []
                )
            }
            assert not any(re.match(r"reportgen|experiments", str(module)) for module in modules)
        for file, opening in SOURCES[name]:
            text = (REPOSITORY / file).read_text("utf-8")
            tree = ast.parse(text)
            word = opening.split()[1]
            node = next(n for n in tree.body if getattr(n, "name", "") == word)
            definition = ast.get_source_segment(text, node)
            assert definition is not None
            assert any(definition in cell for cell in cells), opening


def test_nothing_of_this_machine_is_in_them(executed: TinyReport, tmp_path: Path) -> None:
    for path in (executed.build / "notebooks").glob("*.ipynb"):
        text = path.read_text("utf-8")
        for folder in (executed.root, tmp_path.parent, Path.home(), REPOSITORY):
            assert str(folder) not in text


def test_questions_answers_and_figures_stand_in_them(executed: TinyReport) -> None:
    notebooks, results = _notebooks(executed), executed.results
    for section, name in NAMES.items():
        words = "\n".join(
            "".join(c["source"]) for c in notebooks[name]["cells"] if c["cell_type"] == "markdown"
        )
        number = {"simple_cnn": "1_1", "alexnet": "1_2", "transfer": "1_3"}[section]
        questions = sorted((executed.root / "templates/comentarios").glob(f"{number}_*.md"))
        assert questions
        for question in questions:
            title = re.search(r'titulo: "(.*)"', question.read_text("utf-8"))
            assert title is not None
            assert f"### {title[1]}" in words
        first = next(iter(results[section]["drafts"].values()))[0]
        assert re.sub(r"[\\\s]", "", first)[:40] in re.sub(r"[\\\s]", "", words)
        pictures = [
            output["data"]["image/png"]
            for cell in notebooks[name]["cells"]
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        assert len(pictures) >= 4
        assert all(base64.b64decode(one).startswith(b"\x89PNG") for one in pictures)


def test_the_exported_data_are_the_arrays_that_were_used(executed: TinyReport) -> None:
    store = Store(executed.root / ".reportgen")
    data = executed.build / "notebooks" / "datos"
    for section, name in NAMES.items():
        made = store.remembered(f"{section}.dataset")
        assert made is not None
        artifact = store.find(digest(made))
        assert artifact is not None
        parts = (
            read_mnist(data / name)
            if section == "simple_cnn"
            else read_pictures(data / name, "RGB")
        )
        for subset, (images, labels) in parts.items():
            expected = artifact.array(f"{subset}_images.npy")
            np.testing.assert_array_equal(np.stack(images), expected)
            np.testing.assert_array_equal(labels, artifact.array(f"{subset}_labels.npy"))


def test_a_changed_answer_runs_nothing_again(project: Path) -> None:
    comment = project / "templates" / "comentarios" / "1_2_tsne.md"
    comment.write_text(comment.read_text("utf-8") + "\nUna frase que es mía.\n", "utf-8")
    refused = reportgen(project, "notebooks", "--name", NAME)
    assert refused.returncode == 7
    assert "older than its sources" in refused.stderr
    assert reportgen(project, "build", "--name", NAME, *TINY).returncode == 0
    stale = reportgen(project, "zip", "--name", NAME, "--allow-draft")
    assert stale.returncode == 0
    assert "draft: 2_alexnet.ipynb is older than its sources" in stale.stderr
    done = reportgen(project, "notebooks", "--name", NAME)
    assert done.returncode == 0, done.stderr
    assert "started" not in done.stdout
    assert "Una frase que es mía." in (project / "build/notebooks/2_alexnet.ipynb").read_text()


def test_cleaning_keeps_what_was_executed(project: Path) -> None:
    assert "nothing to remove" in reportgen(project, "clean").stdout


def test_the_zip_takes_them_and_knows_other_ones(project: Path, tmp_path: Path) -> None:
    done = reportgen(project, "zip", "--name", NAME, "--allow-draft")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(project / "build" / f"{NAME}.BORRADOR.zip") as package:
        for name in NAMES.values():
            written = (project / "build/notebooks" / f"{name}.ipynb").read_bytes()
            assert package.read(f"{name}.ipynb") == written
    # The same by hand, with another network's count and a tool's metadata.
    own = tmp_path / "own"
    shutil.copytree(project / "build" / "notebooks", own, ignore=shutil.ignore_patterns("datos"))
    path = own / "1_simple_cnn.ipynb"
    text = path.read_text("utf-8").replace("421.642", "421.643").replace("421642", "421643")
    changed = json.loads(text)
    changed["metadata"]["colab"] = {"provenance": []}
    path.write_text(json.dumps(changed), "utf-8")
    arguments = ("zip", "--name", NAME, "--allow-draft", "--notebooks", str(own))
    done = reportgen(project, *arguments)
    assert done.returncode == 0, done.stderr
    assert "parameters-differ: 1_simple_cnn.ipynb" in done.stderr
    archive = project / "build" / f"{NAME}.BORRADOR.zip"
    with zipfile.ZipFile(archive) as package:
        assert package.read("1_simple_cnn.ipynb") == path.read_bytes()
    assert reportgen(project, *arguments, "--clean").returncode == 0
    with zipfile.ZipFile(archive) as package:
        cleaned = json.loads(package.read("1_simple_cnn.ipynb"))
    assert "colab" not in cleaned["metadata"]
    assert cleaned["cells"][-1]["outputs"] == changed["cells"][-1]["outputs"]


def test_a_draft_of_a_part_carries_what_there_is(project: Path) -> None:
    part = (*TINY, "--only", "1.2")
    assert reportgen(project, "build", "--name", NAME, *part).returncode == 0
    done = reportgen(project, "notebooks", "--name", NAME)
    assert done.returncode == 0, done.stderr
    refused = reportgen(project, "zip", "--name", NAME)
    assert refused.returncode == 7
    assert not list((project / "build").glob("*.zip"))
    done = reportgen(project, "zip", "--name", NAME, "--allow-draft")
    assert done.returncode == 0, done.stderr
    assert "draft: 1_simple_cnn.ipynb isn't there" in done.stderr
    with zipfile.ZipFile(project / "build" / f"{NAME}.BORRADOR.zip") as package:
        assert sorted(package.namelist()) == ["2_alexnet.ipynb", f"{NAME}.pdf"]


def test_from_the_store_is_a_draft_that_trains_nothing(project: Path) -> None:
    done = reportgen(project, "notebooks", "--name", NAME, "--from-store")
    assert done.returncode == 0, done.stdout + done.stderr
    report = TinyReport(project, done.stdout)
    for name, notebook in _notebooks(report).items():
        reasons = notebook["metadata"]["reportgen"]["draft_reasons"]
        assert "BORRADOR · pesos guardados, sin entrenar" in reasons
        assert "pesos guardados, sin entrenar" in "".join(notebook["cells"][0]["source"])
        assert not any("backward()" in cell for cell in _code(notebook)), name
    found = _summary(_notebooks(report)["1_simple_cnn"])
    assert found["confusion"] == report.results["simple_cnn"]["confusion"]["matrix"]
