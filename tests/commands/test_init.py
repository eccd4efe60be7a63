from __future__ import annotations

from pathlib import Path

from reportgen.commands.init import lay
from reportgen.project import Project, shipped


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


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    lay(tmp_path)
    own = tmp_path / "templates" / "comentarios" / "1_1_tsne.md"
    own.write_text("mine", encoding="utf-8")
    (tmp_path / "templates" / "informe.css").unlink()
    written, kept = lay(tmp_path)
    assert own.read_text(encoding="utf-8") == "mine"
    assert own in kept
    assert [path.name for path in written] == ["informe.css"]
