"""A project of one's own whose single experiment trains nothing: built once by the real engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tiny import reportgen

NAME = "PRUEBA_ÁNGELA"
EXPERIMENT = '''"""Section 1.1: how large a straight line is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from torch import nn

from reportgen.lab.declare import Lab
from reportgen.lab.experiment import Declaration, experiment
from reportgen.lab.handles import Network
from reportgen.results import DatasetSummary, Fraction, Model, Parameters
from reportgen.settings import ExperimentSettings


class Line(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Linear(28 * 28, 10)


class LineSettings(ExperimentSettings):
    workload = frozenset({"samples"})

    dataset: str = "mnist"
    samples: Annotated[int, Field(ge=10)] = 50


class LineResults(Model):
    dataset: DatasetSummary
    parameters: Parameters
    chance: Fraction
    missing: float | None
    drafts: dict[str, list[str]]


def sizes(*, parameters: Mapping[str, Any]) -> list[str]:
    return [f"Tiene {parameters['trainable']} parámetros."]


@experiment("line", section="1.1", settings=LineSettings, results=LineResults)
def line(lab: Lab, settings: LineSettings) -> Declaration:
    digits = lab.dataset(
        settings.dataset, image_size=28, channels=1, train_samples=settings.samples,
    )
    parameters = lab.parameters(Network(Line))
    return {
        "dataset": digits.summary,
        "parameters": parameters,
        "chance": 1 / len(digits.classes),
        "missing": None,
        "drafts": {"sizes": lab.draft(sizes, name="sizes", parameters=parameters)},
    }
'''
PAGE = """<!DOCTYPE html>
<html lang="es">
<head><meta charset="utf-8"><title>{{ informe.title }}</title></head>
<body>
<h1>Una recta</h1>
<table id="tab-recta"><caption>Su tamaño.</caption>
<tr><th scope="row">Parámetros</th><td>{{ line.parameters.trainable | miles }}</td></tr></table>
{{ comentario("recta").html }}
</body>
</html>
"""
COMMENT = """---
pregunta: recta
seccion: "1.1"
titulo: "¿Qué tamaño tiene?"
estado: borrador
---

{{ line.drafts.sizes }}
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, measured and typeset; to be copied before it is changed."""
    root = tmp_path_factory.mktemp("line")
    for name, text in {
        "reportgen.toml": '[run]\ndata = "sample"\n',
        "experiments/line.py": EXPERIMENT,
        "templates/informe.html.j2": PAGE,
        "templates/comentarios/recta.md": COMMENT,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    done = reportgen(root, "build", "--name", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """A copy of the built project."""
    return Path(shutil.copytree(built, tmp_path / "project", symlinks=True))
