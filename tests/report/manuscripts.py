"""Manuscripts for tests: comments written by a test beside the results of `conftest`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import create_model

from reportgen.report.manuscript import Manuscript, comments_of
from reportgen.report.values import values
from reportgen.results import Colophon, Model, TrainedResults

SECTIONS = {"1.1": "simple_cnn", "1.2": "alexnet"}
SETTINGS = {"simple_cnn": {"epochs": 10, "learning_rate": 0.0015, "dataset": "mnist"}}


def schema() -> dict[str, Any]:
    """The schema of the results' sections that have a common model, and of the colophon."""
    model = create_model(
        "Results",
        __base__=Model,
        simple_cnn=(TrainedResults, ...),
        alexnet=(TrainedResults, ...),
        colophon=(Colophon, ...),
    )
    return model.model_json_schema(mode="serialization")


def comment(
    question: str,
    body: str,
    *,
    section: str = "1.1",
    state: str = "revisado",
    confirmed: str | None = None,
) -> str:
    """A comment file; its body begins on line 7, or 8 if it is confirmed."""
    mark = f"confirmado: {confirmed}\n" if confirmed else ""
    return (
        f'---\npregunta: {question}\nseccion: "{section}"\ntitulo: ¿Qué?\nestado: {state}\n'
        f"{mark}---\n{body}"
    )


def manuscript(folder: Path, results: dict[str, Any], **texts: str) -> Manuscript:
    """A manuscript with these comment files (name → text) below ``folder``."""
    (folder / "comentarios").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "comentarios" / f"{name}.md").write_bytes(text.encode())
    return Manuscript(
        templates=[folder],
        results=results,
        values=values(results, schema()),
        sections=SECTIONS,
        settings=SETTINGS,
        about={"name": "PRUEBA_ÁNGELA"},
        comments=comments_of([folder], SECTIONS),
    )
