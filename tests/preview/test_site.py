"""What the server answers, whom it refuses, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.preview.conftest import Live, end, watch
from tests.tiny import NAME, TinyReport, reportgen


def news(live: Live, last: str = "") -> Iterator[tuple[str, str, Any]]:
    """The stream's events: id, topic, content."""
    headers = {"Last-Event-ID": last} if last else {}
    with requests.get(f"{live.url}news", headers=headers, stream=True, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        end = time.monotonic() + 90
        for raw in answer.iter_lines():
            line = raw.decode()
            assert time.monotonic() < end, "nothing but silence"
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                yield fields["id"], fields["event"], json.loads(fields["data"])
                fields = {}


def until(live: Live, topic: str, wanted: Any = None, last: str = "") -> list[tuple[str, str, Any]]:
    """The events up to the first of ``topic`` (with content for which ``wanted`` is true)."""
    seen = []
    for event in news(live, last):
        seen.append(event)
        if event[1] == topic and (wanted is None or wanted(event[2])):
            return seen
    raise AssertionError("the stream ended")


def status(live: Live, path: str = "", **headers: str) -> int:
    return requests.get(f"{live.url}{path}", headers=headers, timeout=60).status_code


def test_only_who_has_the_address_gets_in(live: Live) -> None:
    host = f"http://{urlsplit(live.url).netloc}"
    assert status(live) == 200
    for wrong in ("/", "/page", f"/{'x' * 32}/", f"{urlsplit(live.url).path[:-2]}/"):
        assert requests.get(host + wrong, timeout=60).status_code == 403


def test_pages_of_other_sites_are_refused(live: Live) -> None:
    port = urlsplit(live.url).port
    assert status(live, Host=f"localhost:{port}") == 200
    assert status(live, Host=f"evil.example:{port}") == 403
    assert status(live, Host="127.0.0.1:1") == 403
    assert status(live, Origin=f"http://127.0.0.1:{port}") == 200
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}"):
        assert status(live, Origin=origin) == 403
    assert requests.post(live.url, timeout=60).status_code == 405


def test_nobody_listens_on_another_address(live: Live) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", urlsplit(live.url).port or 0), timeout=10)


def test_only_pictures_and_fonts_of_the_report_are_served(live: Live, tmp_path: Path) -> None:
    until(live, "page")
    assert status(live, "figures/simple_cnn_curves.svg") == 200
    assert status(live, "fonts/0") == 200
    assert status(live, "fonts/999") == 404
    (live.root / "templates" / "out.png").symlink_to("/etc/hostname")
    for path in (
        "figures/%2e%2e/%2e%2e/reportgen.toml",
        "..%2freportgen.toml",
        "informe.html.j2",
        "results.json",
        "out.png",
        "%2fetc%2fhostname",
        "figures/none.svg",
        f"pdf/..%2f{NAME}.pdf",
    ):
        assert status(live, path) == 404, path


def test_a_figure_carries_its_fonts(live: Live) -> None:
    until(live, "page")
    figure = requests.get(f"{live.url}figures/simple_cnn_curves.svg", timeout=60).text
    assert figure.count('@font-face{font-family:"Source Sans Pro"') == 2  # regular and bold
    assert "data:font/ttf;base64," in figure


def test_the_pdf_follows_the_page(live: Live) -> None:
    path = live.comment("1_1_evolucion")
    before = path.read_text("utf-8")
    (*_, (last, _, ready)) = until(live, "pdf", lambda pdf: pdf["state"] == "ready")
    assert ready["name"] == f"{NAME}.pdf"
    path.write_text(f"{before}\nOtra frase.\n", "utf-8")
    states = [c["state"] for _, topic, c in _after(live, last, "ready") if topic == "pdf"]
    assert states[-2:] == ["typesetting", "ready"]
    answer = requests.get(f"{live.url}pdf/{ready['name']}", timeout=60)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == (live.root / "build" / f"{NAME}.pdf").read_bytes()
    # What `zip` asks before it packs: the PDF is that of today's words.
    packed = reportgen(live.root, "zip", "--name", NAME, "--allow-draft")
    assert "is older than its sources" not in packed.stderr
    path.write_text(before, "utf-8")
    until(live, "pdf", lambda pdf: pdf["state"] == "ready")


def _after(live: Live, last: str, state: str) -> list[tuple[str, str, Any]]:
    return until(live, "pdf", lambda pdf: pdf["state"] == state, last)


def test_a_pdf_that_can_t_be_set_is_told_with_its_place(live: Live) -> None:
    style = live.root / "templates" / "informe.css"
    before = style.read_text("utf-8")
    (*_, (last, _, _)) = until(live, "pdf", lambda pdf: pdf["state"] == "ready")
    style.write_text(f"{before}\nh1 {{ colour: red; }}\n", "utf-8")
    (*_, (last, _, failed)) = _after(live, last, "failed")
    line = len(before.splitlines()) + 2
    assert failed["place"].startswith(f"templates/informe.css:{line}")
    assert "colour" in failed["message"]
    style.write_text(before, "utf-8")
    _after(live, last, "ready")


def test_who_comes_back_gets_what_changed_since_and_only_the_newest(live: Live) -> None:
    path = live.comment("1_2_evolucion")
    before = path.read_text("utf-8")
    seen = until(live, "findings")
    last = seen[-1][0]
    for text in ("Uno.", "Dos."):
        (*_, (known, _, _)) = until(live, "page")
        path.write_text(f"{before}\n{text}\n", "utf-8")
        until(live, "page", last=known)
    resumed = until(live, "page", last=last)
    assert [topic for _, topic, _ in resumed].count("page") == 1
    assert all(int(number) > int(last) for number, _, _ in resumed)
    assert "Dos." in requests.get(f"{live.url}page", timeout=60).text
    path.write_text(before, "utf-8")


def test_rapid_saves_coalesce(live: Live) -> None:
    path = live.comment("1_2_confusiones")
    before = path.read_text("utf-8")
    (*_, (last, _, _)) = until(live, "page")
    for n in range(40):
        path.write_text(f"{before}\nVersión {n}.\n", "utf-8")
    pages = 0
    for _, topic, _ in news(live, last):
        pages += topic == "page"
        if topic == "page" and "Versión 39." in requests.get(f"{live.url}page", timeout=60).text:
            break
    assert 1 <= pages < 10
    path.write_text(before, "utf-8")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_cleanly_with_the_documented_code(
    tiny: TinyReport, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    root = tiny.copied_to(tmp_path / "project")
    live = watch(root)
    stream = news(live)
    next(stream)  # an open page doesn't keep it from ending
    assert end(live, number) == code
    with pytest.raises(requests.ConnectionError):
        requests.get(live.url, timeout=10)


def test_before_the_first_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    laid = reportgen(tmp_path, "init", str(tmp_path / "new"))
    assert laid.returncode == 0, laid.stderr
    live = watch(tmp_path / "new")
    (*_, (_, _, fault)) = until(live, "fault")
    assert "nothing was built" in fault["message"]
    assert f"reportgen build --name {NAME}" in fault["hint"]
    assert "There is no page to show yet" in requests.get(f"{live.url}page", timeout=60).text
    assert end(live) == 130


def test_a_wrong_name_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "reportgen.toml").write_text("", "utf-8")
    done = reportgen(tmp_path, "watch", "--name", "ana")
    assert done.returncode == 2
    assert "ANA" in done.stderr


def test_a_changed_experiment_is_told_and_its_old_numbers_stay_on_the_last_page(live: Live) -> None:
    source = live.root / "experiments" / "simple_cnn.py"
    before = source.read_text("utf-8")
    page = requests.get(f"{live.url}page", timeout=60).text
    (*_, (last, _, _)) = until(live, "findings")
    source.write_text(before.replace("kernel_size=3", "kernel_size=5"), "utf-8")
    (*_, (last, _, fault)) = until(live, "fault", lambda told: told is not None, last)
    assert "experiments" in fault["message"]
    assert "reportgen build" in fault["hint"]
    assert requests.get(f"{live.url}page", timeout=60).text == page
    source.write_text(before, "utf-8")
    until(live, "fault", lambda told: told is None, last)
