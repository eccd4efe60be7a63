"""Which addresses a document may open."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from reportgen.report.fetcher import FetchRefusedError, ReadableFolders


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = [tmp_path / name for name in ("build", "templates", "outside")]
    for folder in made:
        folder.mkdir()
        (folder / f"{folder.name}.svg").write_text(f"<svg>{folder.name}</svg>", encoding="utf-8")
    (made[0] / "notas.txt").write_text("x", encoding="utf-8")
    (made[0] / "año 1.png").write_bytes(b"png")
    (made[0] / "enlace.svg").symlink_to(made[2] / "outside.svg")
    (made[0] / "vuelta.svg").symlink_to(made[1] / "templates.svg")
    return made[:2]


def test_a_picture_below_any_folder_is_opened(folders: list[Path]) -> None:
    fetcher = ReadableFolders(folders)
    for url in (
        (folders[0] / "build.svg").as_uri(),
        (folders[1] / "templates.svg").as_uri(),
        fetcher.base + "templates.svg",  # relative: searched below each folder
        fetcher.base + "vuelta.svg",  # a link from one readable folder into another
        (folders[0] / "build.svg").as_uri() + "?x#y",
    ):
        response = fetcher.fetch(url)
        assert response.content_type == "image/svg+xml"
        assert response.read().startswith(b"<svg>")
    assert fetcher.fetch((folders[0] / "año 1.png").as_uri()).read() == b"png"


def test_a_picture_in_its_address_is_opened(folders: list[Path]) -> None:
    url = "data:image/png;base64," + base64.b64encode(b"png").decode()
    assert ReadableFolders(folders).fetch(url).read() == b"png"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("{base}enlace.svg", "outside"),
        ("{base}../outside/outside.svg", "outside"),
        ("{base}%2e%2e/outside/outside.svg", "outside"),
        ("file:///etc/passwd", "outside"),
        ("file:///no/such/file.svg", "outside"),
        ("{base}nada.svg", "no such file"),
        ("{base}notas.txt", "only SVG, PNG and JPEG"),
        ("file://host{path}/build.svg", "only files of its own project"),
        ("http://127.0.0.1:9/x.png", "only files of its own project"),
        ("ftp://127.0.0.1:9/x.png", "only files of its own project"),
        ("data:font/ttf;base64,AAAA", "only be a picture"),
        ("data:text/css,p{}", "only be a picture"),
    ],
)
def test_everything_else_is_refused(url: str, reason: str, folders: list[Path]) -> None:
    fetcher = ReadableFolders(folders)
    address = url.replace("{base}", fetcher.base).replace("{path}", str(folders[0]))
    with pytest.raises(FetchRefusedError, match=reason):
        fetcher.fetch(address)
