from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import pytest

from reportgen.errors import DiskFullError, SubmissionError, UsageError
from reportgen.submission.package import write_package

PDF = b"%PDF-1.7 pages"


@pytest.fixture(autouse=True)
def _no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def test_content_comes_from_bytes_and_from_files(tmp_path: Path) -> None:
    notebook = tmp_path / "made.ipynb"
    notebook.write_bytes(b"{}")
    path = tmp_path / "MUÑOZ_ANA.zip"
    write_package(path, {"MUÑOZ_ANA.pdf": PDF, "1_simple_cnn.ipynb": notebook}, 50)
    with zipfile.ZipFile(path) as package:
        assert package.namelist() == ["1_simple_cnn.ipynb", "MUÑOZ_ANA.pdf"]
        assert package.read("MUÑOZ_ANA.pdf") == PDF
        assert package.read("1_simple_cnn.ipynb") == b"{}"
        assert package.testzip() is None


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_bytes(b"{}")
    entries: dict[str, bytes | Path] = {
        "Ñ_A.pdf": PDF,
        "b.ipynb": tmp_path / "n.ipynb",
        "a.ipynb": b"[]",
    }
    write_package(tmp_path / "one.zip", entries, 50)
    os.utime(tmp_path / "n.ipynb", (10, 10))
    (tmp_path / "n.ipynb").chmod(0o600)
    write_package(tmp_path / "two.zip", dict(reversed(entries.items())), 50)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_nothing_of_the_machine_stands_in_an_entry(tmp_path: Path) -> None:
    write_package(tmp_path / "a.zip", {"Ñ_A.pdf": PDF, "A_A.pdf": PDF}, 50)
    with zipfile.ZipFile(tmp_path / "a.zip") as package:
        plain, accented = package.infolist()
    assert plain.date_time == (1980, 1, 1, 0, 0, 0)
    assert plain.create_system == 3
    assert plain.external_attr >> 16 == 0o100644
    assert plain.extra == b""
    assert accented.flag_bits & 0x800
    assert not plain.flag_bits & 0x800


@pytest.mark.parametrize(
    ("seconds", "date"),
    [
        ("1700000000", (2023, 11, 14, 22, 13, 20)),
        ("0", (1980, 1, 1, 0, 0, 0)),
        ("99999999999", (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_the_date_is_the_epoch_variable(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds: str,
    date: tuple[int, ...],
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    write_package(tmp_path / "a.zip", {"A_A.pdf": PDF}, 50)
    with zipfile.ZipFile(tmp_path / "a.zip") as package:
        assert package.infolist()[0].date_time == date


@pytest.mark.parametrize("seconds", ["yesterday", "9" * 30])
def test_a_date_that_is_no_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        write_package(tmp_path / "a.zip", {"A_A.pdf": PDF}, 50)


def test_over_the_limit_says_what_to_shrink_and_leaves_the_old_zip(tmp_path: Path) -> None:
    path = tmp_path / "A_A.zip"
    path.write_bytes(b"old")
    noise = random.Random(0).randbytes(300_000)
    entries = {"A_A.pdf": noise[:100_000], "heavy.ipynb": noise, "light.ipynb": b"{}"}
    with pytest.raises(SubmissionError, match=r"0\.4 MB; at most 0\.2 MB") as caught:
        write_package(path, entries, 0.2)
    assert caught.value.hint is not None
    assert caught.value.hint.index("heavy.ipynb (0.3 MB)") < caught.value.hint.index("A_A.pdf")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_limit_is_on_the_packed_size(tmp_path: Path) -> None:
    write_package(tmp_path / "a.zip", {"A_A.pdf": b"0" * 1_000_000}, 0.1)


def test_a_write_that_fails_leaves_the_old_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "A_A.zip"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError):
        write_package(path, {"A_A.pdf": PDF}, 50)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_package(tmp_path / "a.zip", {"A_A.pdf": tmp_path / "gone.pdf"}, 50)
    assert list(tmp_path.iterdir()) == []


def test_bytes_stay_the_same_over_time(tmp_path: Path) -> None:
    """The container, without what zlib decides: names, dates, modes and flags."""
    write_package(tmp_path / "a.zip", {"Ñ_A.pdf": b"", "A.ipynb": b""}, 50)
    data = (tmp_path / "a.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        described = [
            (e.filename, e.date_time, e.create_version, e.extract_version, e.external_attr)
            for e in package.infolist()
        ]
    assert described == [
        ("A.ipynb", (1980, 1, 1, 0, 0, 0), 20, 20, 0o100644 << 16),
        ("Ñ_A.pdf", (1980, 1, 1, 0, 0, 0), 20, 20, 0o100644 << 16),
    ]
