"""Confirming comments: one field changes, or nothing does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UsageError
from reportgen.report import comments
from reportgen.report.confirmation import confirm
from tests.report.manuscripts import comment, manuscript

TEXT = "\nUn texto. \t \n\n---\n\nconfirmado: no\n\n\n"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "comentarios").iterdir())}


@pytest.mark.parametrize(
    "before",
    [
        comment("uno", TEXT),
        comment("uno", TEXT).replace("\n", "\r\n"),
        "\ufeff" + comment("uno", TEXT),
        comment("uno", TEXT).replace("estado", "# una nota: con signos\nestado"),
        comment("uno", "sin línea al final"),
    ],
    ids=["plain", "crlf", "mark", "note", "no newline"],
)
def test_the_mark_is_one_new_line_and_all_else_stays(
    tmp_path: Path, results: dict[str, Any], before: str
) -> None:
    text = manuscript(tmp_path, results, uno=before)
    (path,) = confirm(text, [])
    after = path.read_bytes().decode()
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    (line,) = [number for number, one in enumerate(new) if one.startswith("confirmado: ")][:1]
    assert new[:line] + new[line + 1 :] == old
    assert new[line].endswith("\r\n") == old[0].endswith("\r\n")
    assert comments.read(path).confirmed == text.digest(text.comments[0])


@pytest.mark.parametrize("old", ["abc", '"abc def"', "'abc'", "abc  # mayo"])
def test_an_old_mark_is_replaced_in_its_place(
    tmp_path: Path, results: dict[str, Any], old: str
) -> None:
    before = comment("uno", TEXT, confirmed=old)
    text = manuscript(tmp_path, results, uno=before)
    (path,) = confirm(text, [])
    digest = text.digest(text.comments[0])
    value = old.partition("  #")[0]
    assert path.read_bytes().decode() == before.replace(value, digest, 1)


def test_confirming_again_changes_no_file(tmp_path: Path, results: dict[str, Any]) -> None:
    (path,) = confirm(manuscript(tmp_path, results, uno=comment("uno", TEXT)), [])
    stamp = path.stat().st_mtime_ns
    assert confirm(manuscript(tmp_path, results), []) == []
    assert path.stat().st_mtime_ns == stamp


def test_without_names_only_what_is_the_author_s_own_is_confirmed(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    draft = comment("dos", TEXT, state="borrador")
    untouched = comment("tres", "\n{{ simple_cnn.drafts.tsne }}\n")
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT), dos=draft, tres=untouched)
    assert [path.name for path in confirm(text, [])] == ["uno.md"]
    named = tmp_path / "comentarios" / "dos.md"
    assert [path.name for path in confirm(text, [named])] == ["dos.md"]


@pytest.mark.parametrize("wrong", ["tres.md", "roto.md", "../otro.md"])
def test_with_one_wrong_name_nothing_is_confirmed(
    tmp_path: Path, results: dict[str, Any], wrong: str
) -> None:
    (tmp_path / "otro.md").write_text(comment("otro", TEXT), encoding="utf-8")
    text = manuscript(tmp_path, results, uno=comment("uno", TEXT), roto="---\nestado: roto\n---\n")
    before, folder = _bytes(tmp_path), tmp_path / "comentarios"
    with pytest.raises(UsageError, match="nothing was confirmed"):
        confirm(text, [folder / "uno.md", folder / wrong])
    assert _bytes(tmp_path) == before


def test_a_link_stays_a_link_and_a_mode_a_mode(tmp_path: Path, results: dict[str, Any]) -> None:
    real = tmp_path / "real.md"
    real.write_text(comment("uno", TEXT), encoding="utf-8")
    real.chmod(0o600)
    (tmp_path / "comentarios").mkdir()
    link = tmp_path / "comentarios" / "uno.md"
    link.symlink_to(real)
    confirm(manuscript(tmp_path, results), [link])
    assert link.is_symlink()
    assert "confirmado: " in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o600
