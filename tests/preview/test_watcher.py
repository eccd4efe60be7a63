from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.preview.watcher import Kind, kind_of
from reportgen.project import Project

PROJECT = Project(Path("/home/ana/project"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("templates/comentarios/1_1_tsne.md", Kind.WORDS),
        ("templates/fotos/red.png", Kind.WORDS),
        ("reportgen.toml", Kind.FACTS),
        ("experiments/alexnet.py", Kind.FACTS),
        (".reportgen/builds/GARCÍA_ANA.json", Kind.FACTS),
        (".reportgen/journal.jsonl", Kind.STEPS),
        (".reportgen/in-use", Kind(0)),
        ("experiments/notes.txt", Kind(0)),
        ("README.md", Kind(0)),
    ],
)
def test_what_a_saved_file_can_change(path: str, kind: Kind) -> None:
    assert kind_of(PROJECT.root / path, PROJECT) == kind
