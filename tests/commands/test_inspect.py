from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen.commands.inspect import as_csv, inspect
from reportgen.findings import error
from reportgen.submission.findings import Report


def broken(folder: Path, *names: str) -> Path:
    for name in names:
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as package:
            package.writestr("leeme.txt", name)
    return folder


def test_findings_with_their_fixes_and_the_exit_code(tmp_path: Path) -> None:
    result = CliRunner().invoke(inspect, [str(broken(tmp_path, "GARCÍA_ANA") / "GARCÍA_ANA.zip")])
    assert result.exit_code == 1
    assert "GARCÍA_ANA.zip: no pages, 0 notebooks, 2 errors, 1 warning" in result.output
    assert "error pdf-missing: there is no PDF in the zip" in result.output
    assert "→ put GARCÍA_ANA.pdf into it" in result.output


def test_many_become_a_table(tmp_path: Path) -> None:
    folder = broken(tmp_path, *(f"GARCÍA_{letter}" for letter in "ABCDE"))
    result = CliRunner().invoke(inspect, [str(folder)], env={"COLUMNS": "120"})
    assert result.exit_code == 1
    assert "GARCÍA_E.zip" in result.output
    assert "0 of 5 have no findings" in result.output
    assert "→" not in result.output


def test_json_holds_every_finding(tmp_path: Path) -> None:
    result = CliRunner().invoke(inspect, [str(broken(tmp_path, "GARCÍA_ANA")), "--json"])
    (report,) = json.loads(result.output)
    assert report["name"] == "GARCÍA_ANA"
    assert {finding["code"] for finding in report["findings"]} == {
        "pdf-missing",
        "notebook-missing",
        "entry-extra",
    }
    assert all(finding["fix"] for finding in report["findings"])


def test_the_gradebook(tmp_path: Path) -> None:
    folder, table = broken(tmp_path, "GARCÍA_ANA"), tmp_path / "notas.csv"
    result = CliRunner().invoke(inspect, [str(folder), "--csv", str(table)])
    assert result.exit_code == 1
    (row,) = csv.DictReader(io.StringIO(table.read_text("utf-8-sig")))
    assert row["name"] == "GARCÍA_ANA"
    assert (row["errors"], row["warnings"]) == ("2", "1")
    assert row["codes"] == "pdf-missing notebook-missing entry-extra"


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_no_cell_of_the_gradebook_is_a_formula(formula: str) -> None:
    report = Report(formula, None, formula, formula, None, None, (), (error("a", "", "", ""),))
    _, row = csv.reader(io.StringIO(as_csv([report]).removeprefix("\ufeff")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
