"""The documented example: another course's experiment on another dataset, built for real."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

from reportgen.commands.init import lay as lay_project
from reportgen.commands.new import lay, next_section
from reportgen.errors import UsageError
from reportgen.project import Project
from tests.tiny import reportgen

DOCUMENTED = Path(__file__).parents[2] / "docs" / "another-course.md"


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """Two classes that differ by their colour."""
    random = np.random.default_rng(0)
    for part, count in (("train", 16), ("val", 6)):
        for name, colour in (("margarita", (240, 230, 90)), ("tulipán", (200, 40, 60))):
            folder = tmp_path / "flores" / part / name
            folder.mkdir(parents=True)
            for n in range(count):
                pixels = np.clip(random.normal(colour, 20, (40, 40, 3)), 0, 255)
                Image.fromarray(pixels.astype("uint8")).save(folder / f"{n}.png")
    return tmp_path / "flores"


def test_the_documented_example_is_built_and_printed(tmp_path: Path, flowers: Path) -> None:
    page = DOCUMENTED.read_text("utf-8")
    root = tmp_path / "project"
    lay_project(root)
    with (root / "reportgen.toml").open("a", encoding="utf-8") as settings:
        settings.write(_block(page, "toml"))
    laid, *_ = [line for line in _block(page, "sh").splitlines() if " new " in line]
    done = reportgen(root, *laid.split()[1:])
    assert done.returncode == 0, done.stderr
    written = ["experiments/flores.py", "templates/secciones/2_1_flores.html.j2"]
    lines = [line for name in written for line in (root / name).read_text("utf-8").splitlines()]
    assert len([line for line in lines if line.strip()]) < 40
    assert _block(page, "python").strip() in (root / written[0]).read_text("utf-8")
    options = ("--name", "GARCÍA_ANA", "--only", "2.1", "--set", "flores.epochs=2")
    built = reportgen(root, "build", *options)
    assert built.returncode == 0, built.stdout + built.stderr
    results = json.loads((root / "build" / "results.json").read_text("utf-8"))["flores"]
    assert results["dataset"]["classes"] == ["margarita", "tulipán"]
    text = "".join(
        one.extract_text() for one in pypdf.PdfReader(root / "build/GARCÍA_ANA.pdf").pages
    )
    assert "2.1" in text
    assert "¿Qué muestran los resultados?" in text


def _block(page: str, kind: str) -> str:
    return page.split(f"```{kind}\n", 1)[1].split("```", 1)[0]


def test_names_and_numbers_that_can_t_be_used_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for name, section, told in (
        ("Flores", "2.1", "can't name an experiment"),
        ("flores", "two", "no section's number"),
        ("flores", "1.2", "section 1.2 is alexnet's"),
        ("alexnet", "2.1", "it is there already"),
    ):
        with pytest.raises(UsageError, match=told):
            lay(project, name, section, "flores")
    assert next_section() == "1.4"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
