from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.data.https import fetch_file, unreachable
from reportgen.data.sets import RemoteFile
from reportgen.errors import DataError

CONTENT = bytes(range(256)) * 4_000


def quiet(name: str, done: int, total: int) -> None:
    pass


def remote(server: Any, content: bytes = CONTENT, pinned: bytes = CONTENT) -> RemoteFile:
    server.files["/file.gz"] = content
    digest = hashlib.sha256(pinned).hexdigest()
    return RemoteFile(server.url("file.gz"), f"sha256:{digest}", len(pinned))


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir() if not entry.name.startswith(".lock")}


def test_file_arrives_whole_with_progress(server: Any, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    path = fetch_file(remote(server), tmp_path / "d", lambda *step: seen.append(step))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == ("file.gz", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted({done for _, done, _ in seen})
    assert names(tmp_path / "d") == {"file.gz"}


def test_file_that_is_there_is_not_asked_for_again(server: Any, tmp_path: Path) -> None:
    file = remote(server)
    fetch_file(file, tmp_path, quiet)
    asked = len(server.requests)
    fetch_file(file, tmp_path, quiet)
    assert len(server.requests) == asked


def test_stopped_download_goes_on_where_it_stopped(server: Any, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(CONTENT[:1000])
    seen: list[int] = []
    path = fetch_file(remote(server), tmp_path, lambda _name, done, _all: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert server.requests == [("GET", "/file.gz", "bytes=1000-")]
    assert seen[0] > 1000


def test_broken_connections_are_taken_up_while_they_bring_more(server: Any, tmp_path: Path) -> None:
    server.cuts += [300_000, 300_000]
    assert fetch_file(remote(server), tmp_path, quiet).read_bytes() == CONTENT
    assert [wanted for _, _, wanted in server.requests] == [
        None,
        "bytes=300000-",
        "bytes=600000-",
    ]


def test_connection_that_brings_nothing_ends_in_an_error_and_keeps_the_part(
    server: Any, tmp_path: Path
) -> None:
    server.cuts += [300_000, 0]
    with pytest.raises(DataError, match="broke off") as caught:
        fetch_file(remote(server), tmp_path, quiet)
    assert "0.3 of 1.0 MB" in caught.value.message
    assert caught.value.hint is not None
    assert "goes on where it stopped" in caught.value.hint
    assert names(tmp_path) == {"file.gz.part"}
    assert fetch_file(remote(server), tmp_path, quiet).read_bytes() == CONTENT


def test_server_without_ranges_sends_everything_again(server: Any, tmp_path: Path) -> None:
    server.ranges = False
    (tmp_path / "file.gz.part").write_bytes(b"x" * 1000)
    assert fetch_file(remote(server), tmp_path, quiet).read_bytes() == CONTENT


def test_part_that_already_has_everything_is_only_checked(server: Any, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(CONTENT)
    assert fetch_file(remote(server), tmp_path, quiet).read_bytes() == CONTENT


def test_part_of_another_file_is_thrown_away(server: Any, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(b"x" * 1000)
    assert fetch_file(remote(server), tmp_path, quiet).read_bytes() == CONTENT
    assert [wanted for _, _, wanted in server.requests] == ["bytes=1000-", None]


def test_other_content_is_refused_and_nothing_is_kept(server: Any, tmp_path: Path) -> None:
    changed = CONTENT[:-1] + b"\0"
    with pytest.raises(DataError, match="sha256 differs") as caught:
        fetch_file(remote(server, content=changed), tmp_path, quiet)
    assert server.url("file.gz") in caught.value.message
    assert names(tmp_path) == set()


def test_first_digits_of_a_digest_are_held_to(server: Any, tmp_path: Path) -> None:
    whole = remote(server)
    start = RemoteFile(whole.url, whole.digest[: len("sha256:") + 8], whole.size)
    assert fetch_file(start, tmp_path / "right", quiet).read_bytes() == CONTENT
    wrong = RemoteFile(whole.url, "sha256:01234567", whole.size)
    with pytest.raises(DataError, match="not the file that is pinned"):
        fetch_file(wrong, tmp_path / "wrong", quiet)


def test_missing_file_is_named_with_the_servers_answer(server: Any, tmp_path: Path) -> None:
    file = remote(server)
    del server.files["/file.gz"]
    with pytest.raises(DataError, match="404") as caught:
        fetch_file(file, tmp_path, quiet)
    assert len(server.requests) == 1
    assert caught.value.hint
    assert names(tmp_path) == set()


def test_unreachable_host_is_one_error(closed_port: int, tmp_path: Path) -> None:
    file = RemoteFile(f"https://localhost:{closed_port}/f", "sha256:00", 1)
    with pytest.raises(DataError, match="can't be reached") as caught:
        fetch_file(file, tmp_path, quiet)
    assert caught.value.hint
    assert names(tmp_path) == set()


@pytest.mark.parametrize("way", ["direct", "redirect"])
def test_plain_http_is_refused(server: Any, tmp_path: Path, way: str) -> None:
    file = remote(server)
    plain = file.url.replace("https:", "http:")
    if way == "direct":
        file = RemoteFile(plain, file.digest, file.size)
    else:
        server.redirects["/file.gz"] = plain
    with pytest.raises(DataError, match="only https is allowed"):
        fetch_file(file, tmp_path, quiet)


def test_unknown_certificate_is_refused(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(DataError, match="certificate"):
        fetch_file(remote(server), tmp_path, quiet)
    assert server.requests == []


def test_two_downloads_at_once_ask_for_the_file_once(server: Any, tmp_path: Path) -> None:
    import threading

    file = remote(server)
    results: list[bytes] = []
    work: Callable[[], None] = lambda: results.append(  # noqa: E731
        fetch_file(file, tmp_path, quiet).read_bytes()
    )
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [CONTENT] * 3
    assert len(server.requests) == 1


def test_unreachable_tells_each_address_apart(server: Any, closed_port: int) -> None:
    server.files["/there"] = b"1"
    with socket.create_server(("localhost", 0)) as silent:
        reasons = unreachable(
            {
                "there": server.url("there"),
                "gone": server.url("gone"),
                "closed": f"https://localhost:{closed_port}/",
                "silent": f"https://localhost:{silent.getsockname()[1]}/",
            },
            seconds=1.0,
        )
    assert set(reasons) == {"gone", "closed", "silent"}
    assert "404" in reasons["gone"]
    assert "can't be reached" in reasons["closed"]
    assert "answer" in reasons["silent"]


def test_unreachable_asks_nobody_for_nothing() -> None:
    assert unreachable({}, seconds=1.0) == {}
