"""A finished report: every number in it was measured, and stands on its pages."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pdfplumber
import pikepdf
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from reportgen.spanish import integer, percent
from tests.report.tagged import (
    FACES,
    contents,
    embedded_faces,
    glyphs_outside,
    stray_captions,
    structure,
    unresolved_cells,
)
from tests.tiny import NAME, TINY, TinyReport, reportgen

PAGE = {f"layout.{NAME}", f"report.{NAME}"}

RECOMPUTE = Path(__file__).parent / "recompute.py"


def _judged(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "simple_cnn": results["simple_cnn"],
        "alexnet": results["alexnet"],
        **results["transfer"]["alternatives"],
    }


def _labels(path: Path) -> tuple[list[int], list[int]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [int(row["true"]) for row in rows], [int(row["predicted"]) for row in rows]


@pytest.fixture(scope="module")
def text(tiny: TinyReport) -> str:
    with pdfplumber.open(tiny.pdf) as pdf:
        pages = [page.extract_text() for page in pdf.pages]
    return " ".join(" ".join(pages).replace("\N{NO-BREAK SPACE}", " ").split())


def test_scikit_learn_finds_the_same_accuracies_and_matrices(tiny: TinyReport) -> None:
    for name, values in _judged(tiny.results).items():
        true, predicted = _labels(tiny.build / values["predictions"])
        accuracy = values.get("accuracy", (values.get("best") or {}).get("validation_accuracy"))
        assert accuracy == pytest.approx(accuracy_score(true, predicted), abs=1e-12), name
        size = len(values["confusion"]["classes"])
        expected = confusion_matrix(true, predicted, labels=range(size))
        assert np.array_equal(values["confusion"]["matrix"], expected), name


def test_the_best_epoch_is_the_first_of_the_highest(tiny: TinyReport) -> None:
    for name, values in _judged(tiny.results).items():
        if not values.get("history"):
            assert name == "pretrained_svm"
            continue
        accuracies = [one["validation_accuracy"] for one in values["history"]]
        assert values["best"]["epoch"] == 1 + accuracies.index(max(accuracies))
        assert values["best"]["validation_accuracy"] == max(accuracies)


def test_the_results_fit_their_published_schema(tiny: TinyReport) -> None:
    schema = json.loads((tiny.build / "results.schema.json").read_text("utf-8"))
    jsonschema.validate(tiny.results, schema)
    broken = tiny.results
    broken["alexnet"]["best"]["validation_accuracy"] = 1.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_every_table_number_stands_on_the_pages(tiny: TinyReport, text: str) -> None:
    results = tiny.results
    expected = [percent(one["accuracy"]) for one in results["transfer"]["alternatives"].values()]
    for name in ("simple_cnn", "alexnet"):
        values = results[name]
        expected += [
            percent(values["best"]["validation_accuracy"]),
            integer(values["parameters"]["trainable"]),
        ]
        expected += [
            integer(values["dataset"][part]["samples"]) for part in ("train", "validation")
        ]
        expected += [percent(pair["share"]) for pair in values["confusion"]["pairs"][:2]]
    missing = [one for one in expected if one.replace("\N{NO-BREAK SPACE}", " ") not in text]
    assert not missing


def test_known_parameter_counts(tiny: TinyReport) -> None:
    assert tiny.results["simple_cnn"]["parameters"]["trainable"] == 421_642
    assert tiny.results["alexnet"]["parameters"]["trainable"] == 23_272_266


def test_every_page_says_that_it_is_a_draft(tiny: TinyReport) -> None:
    with pdfplumber.open(tiny.pdf) as pdf:
        for page in pdf.pages:
            assert "BORRADOR · datos de muestra" in page.extract_text()
            assert "EJECUCIÓN REDUCIDA · perfil sample" in page.extract_text()


def test_the_listing_is_the_source_that_ran(tiny: TinyReport) -> None:
    source = (tiny.root / "experiments" / "alexnet.py").read_text("utf-8")
    code = tiny.results["alexnet"]["code"]
    assert code["source"] in source
    assert source.splitlines()[code["line"] - 1] == "class AlexNet(nn.Module):"


def test_every_figure_is_there_with_words(tiny: TinyReport) -> None:
    for section in ("simple_cnn", "alexnet", "transfer"):
        for figure in tiny.results[section]["figures"].values():
            assert (tiny.build / figure["file"]).read_bytes().startswith(b"<?xml")
            assert len(figure["alt"]) > 20


def test_its_pages_are_tagged_whole_and_inside_their_margins(tiny: TinyReport) -> None:
    assert tiny.pdf.stat().st_size < 2_000_000
    with pikepdf.open(tiny.pdf) as pdf:
        shown = [str(item.get("/Alt", "")) for kind, item, _ in structure(pdf) if kind == "Figure"]
        sections = (tiny.results[name] for name in ("simple_cnn", "alexnet", "transfer"))
        drawn = [
            one["alt"]
            for section in sections
            for place in (section, section["evidence"])
            for one in place["figures"].values()
        ]
        assert sorted(shown) == sorted(drawn)
        assert embedded_faces(pdf) <= FACES
        assert unresolved_cells(pdf)[1] == []
        assert stray_captions(pdf)[1] == []
        pages = [page for page, _ in contents(pdf)]
        assert pages == sorted(pages)
    with pdfplumber.open(tiny.pdf) as document:
        assert glyphs_outside(document.pages) == []


def test_recompute_agrees_and_notices_a_changed_number(tiny: TinyReport, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, RECOMPUTE, tiny.build], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "6 sets of predictions agree" in done.stdout
    (tmp_path / "predictions").symlink_to(tiny.build / "predictions")
    changed = tiny.results
    changed["transfer"]["alternatives"]["scratch"]["accuracy"] += 0.01
    (tmp_path / "results.json").write_text(json.dumps(changed), encoding="utf-8")
    done = subprocess.run([sys.executable, RECOMPUTE, tmp_path], capture_output=True, text=True)
    assert done.returncode == 1
    assert "transfer.scratch: accuracy" in done.stdout


def test_recompute_imports_nothing_of_reportgen() -> None:
    imports = [line for line in RECOMPUTE.read_text("utf-8").splitlines() if "import" in line]
    assert not [line for line in imports if "reportgen" in line.split("#")[0].split()[1]]


def test_a_build_with_nothing_to_do_imports_no_torch_and_changes_nothing(tiny: TinyReport) -> None:
    before = tiny.pdf.read_bytes()
    script = (
        "import sys, reportgen.__main__ as m\n"
        "code = m._run(sys.argv[1:])\n"
        "print('torch' in sys.modules, 'sklearn' in sys.modules, 'weasyprint' in sys.modules)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "build", "--name", NAME, *TINY],
        cwd=tiny.root,
        env={**os.environ, "REPORTGEN_DATA_ROOT": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False False False"
    assert tiny.pdf.read_bytes() == before


def test_moving_the_project_makes_nothing_stale(tiny: TinyReport, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    subprocess.run(["cp", "-r", tiny.root, moved], check=True)
    done = reportgen(moved, "status", "--json", *TINY)
    assert done.returncode == 0, done.stderr
    assert {step["state"] for step in json.loads(done.stdout)["steps"]} == {"cached"}


def test_a_changed_word_only_renders(tiny: TinyReport, tmp_path: Path) -> None:
    project = tmp_path / "project"
    subprocess.run(["cp", "-r", tiny.root, project], check=True)  # with new times
    comment = project / "templates" / "comentarios" / "1_1_tsne.md"
    comment.write_text(
        comment.read_text("utf-8") + "\nUna palabra desacostumbrada: ornitorrinco.\n", "utf-8"
    )
    journal = project / ".reportgen" / "journal.jsonl"
    before = len(journal.read_text("utf-8").splitlines())
    done = reportgen(project, "build", "--name", NAME, *TINY)
    assert done.returncode == 0, done.stderr
    lines = journal.read_text("utf-8").splitlines()[before:]
    events = [json.loads(line) for line in lines if line]
    assert {one["step"] for one in events if one["event"] == "started"} == PAGE
    with pdfplumber.open(project / "build" / f"{NAME}.pdf") as pdf:
        assert any("ornitorrinco" in page.extract_text() for page in pdf.pages)
