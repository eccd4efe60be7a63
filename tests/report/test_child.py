"""What the child does with a request, in this process: the same code without its limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import TemplateError
from reportgen.report import child, typesetter
from reportgen.report.child import ANSWER, CRASH, ERROR
from reportgen.report.guard import Guard

PAGE = '<!DOCTYPE html><html lang="es"><head><title>x</title></head><body>{}</body></html>'


def ask(folder: Path, **request: Any) -> tuple[bytes, bytes]:
    answer = child._answer({"folders": [str(folder)], **request}, Guard(folder / "none"))
    return answer[:1], answer[1:]


def typeset(folder: Path, body: str, **changes: Any) -> tuple[bytes, bytes]:
    request = {"html": PAGE.format(body), "run_id": "abc", "date": "2026-01-02", **changes}
    return ask(folder, task="typeset", **request)


def test_a_page_is_composed(tmp_path: Path) -> None:
    (tmp_path / "informe.html.j2").write_text("{{ a }}ñ", encoding="utf-8")
    assert ask(tmp_path, task="render", context={"a": 1}) == (ANSWER, "1ñ".encode())


def test_a_mistake_crosses_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "informe.html.j2").write_text("\n {{ b }}", encoding="utf-8")
    kind, content = ask(tmp_path, task="render", context={})
    assert kind == ERROR
    assert json.loads(content)["place"] == [str(tmp_path / "informe.html.j2"), 2, 5]


def test_a_fault_of_ours_is_no_mistake_of_the_author(tmp_path: Path) -> None:
    kind, content = typeset(tmp_path, "hola", date="ayer")
    assert kind == CRASH
    assert b"Traceback" in content


def test_a_pdf_is_set(tmp_path: Path) -> None:
    kind, content = typeset(tmp_path, "<h1>hola</h1>")
    assert (kind, content[:5]) == (ANSWER, b"%PDF-")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<img src="x.png" alt="x">', "there is no such file: 'x.png'"),
        ('<p style="colr: red">x</p>', "unknown property; did you mean 'color'?"),
        ('<p id="a">x</p><p id="a">y</p>', "the id 'a' stands twice"),
        ('<a href="#b">x</a>', "the reference '#b' leads nowhere"),
        ('<table><tr><td colspan="0">x</td></tr></table><p style="margin: x">', "invalid value"),
    ],
)
def test_what_weasyprint_only_warns_of_is_an_error(body: str, message: str, tmp_path: Path) -> None:
    kind, content = typeset(tmp_path, body)
    assert kind == ERROR
    assert message in json.loads(content)["message"]


def test_the_other_faults_are_counted(tmp_path: Path) -> None:
    _, content = typeset(
        tmp_path, '<p style="a: b">x</p><p style="c: d">y</p><p style="e: f">z</p>'
    )
    assert json.loads(content)["hint"] == "2 more faults on the page; mend this one first"


def test_what_weasyprint_can_not_set_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("two boxes")

    monkeypatch.setattr(typesetter.HTML, "render", fail)
    with pytest.raises(TemplateError, match="can't set this page: AssertionError: two boxes"):
        typesetter.typeset(PAGE, readable=[tmp_path], run_id="x", date=typesetter.date(2026, 1, 2))


def test_the_guard_knows_what_may_be_opened(tmp_path: Path) -> None:
    inside, readable = tmp_path / "inside", tmp_path / "readable"
    guard = Guard(inside)
    guard.readable = (readable,)
    guard("open", (str(readable / "x"), "r", 0))
    guard("open", (3, "r", 0))
    guard("open", (str(inside / "x"), "w", 1))
    guard("import", ("x", None, None, None, None))
    for event, arguments in [
        ("open", (str(tmp_path / "x"), "r", 0)),
        ("open", (str(readable / "x"), "w", 1)),
        ("os.rename", (str(readable / "x"), str(inside / "x"), -1, -1)),
        ("os.rename", (str(inside / "x"), str(readable / "x"), -1, -1)),
        ("socket.connect", (None, ("127.0.0.1", 9))),
        ("os.system", (b"true",)),
    ]:
        with pytest.raises(PermissionError):
            guard(event, arguments)


def test_a_fault_of_loading_ahead_is_told_by_the_request_that_meets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fonts() -> None:
        raise OSError("cannot load library 'libpango'")

    monkeypatch.setattr(typesetter, "fonts", fonts)
    child._get_ready()
    kind, content = typeset(tmp_path, "hola")
    assert kind == CRASH
    assert b"libpango" in content
