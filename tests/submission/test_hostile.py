"""Zips, notebooks and PDFs made to harm: a finding each, no crash, nothing outside the folder."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.submission.archive_check import unpack
from reportgen.submission.findings import Limits
from reportgen.submission.inspection import inspect

Entries = Callable[..., dict[str, bytes]]
Zipped = Callable[..., Path]

ESCAPES = [
    "../evil.ipynb",
    "a/../../evil.ipynb",
    "..\\evil.ipynb",
    "/evil.ipynb",
    "//server/share/evil.ipynb",
    "\\\\server\\share\\evil.ipynb",
    "C:evil.ipynb",
    "c:/evil.ipynb",
    "./../evil.ipynb",
    "evil.ipynb/../../evil.ipynb",
]


def contents(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ESCAPES)
def test_no_name_leads_out(tmp_path: Path, zipped: Zipped, name: str) -> None:
    path = zipped(tmp_path / "in" / "A_A.zip", {name: b"{}", "good.ipynb": b"{}"})
    inside = tmp_path / "out" / "inside"
    inside.mkdir(parents=True)
    unpacked = unpack(path, inside, "A_A.zip", Limits())
    assert [member.name for member in unpacked.members] == ["good.ipynb"]
    assert {finding.code for finding in unpacked.findings} <= {
        "entry-traversal",
        "entry-absolute-path",
    }
    assert unpacked.findings
    assert contents(tmp_path) == {"in", "in/A_A.zip", "out", "out/inside", "out/inside/0.ipynb"}


def test_a_link_and_what_lies_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "A_A.zip"
    with zipfile.ZipFile(path, "w") as package:
        link = zipfile.ZipInfo("data")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, str(tmp_path))
        package.writestr("data/evil.ipynb", "{}")
    out = tmp_path / "out"
    out.mkdir()
    unpacked = unpack(path, out, "A_A.zip", Limits())
    assert "entry-symlink" in {finding.code for finding in unpacked.findings}
    assert contents(tmp_path) == {"A_A.zip", "out", "out/0.ipynb"}
    assert not (out / "0.ipynb").is_symlink()


def test_a_size_that_lies_is_not_believed(tmp_path: Path) -> None:
    """10 MB that say they are 10 bytes: the check sum of what was read doesn't fit."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.ipynb", bytes(10_000_000))
    data = bytearray(stream.getvalue())
    header = data.rindex(b"PK\x01\x02")
    data[header + 24 : header + 28] = struct.pack("<I", 10)
    path = tmp_path / "A_A.zip"
    path.write_bytes(data)
    unpacked = unpack(path, tmp_path, "A_A.zip", Limits())
    assert [finding.code for finding in unpacked.findings] == ["entry-broken"]


def test_a_name_in_the_old_encodings_is_read(tmp_path: Path) -> None:
    """macOS writes UTF-8 without saying so, decomposed; older Windows its code page."""
    raw = {"GARCI\u0301A_IN\u0303AKI.pdf": "utf-8", "GARCÍA_IÑAKI.pdf": "cp850"}
    for text, encoding in raw.items():
        name = text.encode(encoding)
        plain = "x" * len(name)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            package.writestr(plain, b"%PDF-")
        path = tmp_path / "A_A.zip"
        path.write_bytes(stream.getvalue().replace(plain.encode(), name))
        with tempfile.TemporaryDirectory() as folder:
            (member,) = unpack(path, Path(folder), "A_A.zip", Limits()).members
        assert member.name == "GARCÍA_IÑAKI.pdf"


def test_damaged_at_random_nothing_crashes(
    tmp_path: Path, entries: Entries, zipped: Zipped
) -> None:
    good = zipped(tmp_path / "A_A.zip", entries("A_A")).read_bytes()
    chance = random.Random(1)
    path = tmp_path / "damaged.zip"
    damaged = 0
    for round_ in range(300):
        data = bytearray(good)
        for _ in range(chance.randint(1, 20)):
            # Half of the hits where the structure is: the central directory at the end.
            start = 0 if round_ % 2 else len(data) - 400
            data[chance.randrange(start, len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.randrange(len(data))] if round_ % 10 == 0 else data)
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            unpacked = unpack(path, Path(folder), "damaged.zip", Limits())
        damaged += bool(unpacked.findings)
    assert damaged > 200
    assert contents(tmp_path) == {"A_A.zip", "damaged.zip"}


def test_damaged_files_in_a_whole_zip(
    tmp_path: Path, entries: Entries, zipped: Zipped, pdf: Callable[..., bytes]
) -> None:
    chance = random.Random(2)
    for number in range(12):
        damaged = {}
        for name, content in entries("A_A", number).items():
            data = bytearray(content)
            for _ in range(40):
                data[chance.randrange(len(data))] = chance.randrange(256)
            damaged[name] = bytes(data)
        zipped(tmp_path / f"A_{chr(65 + number)}.zip", damaged)
    reports = inspect([tmp_path], Limits(seconds=10))
    assert len(reports) == 12
    assert all(report.findings for report in reports)


def test_what_costs_too_much_is_given_up_and_the_rest_is_read(
    tmp_path: Path, entries: Entries, zipped: Zipped
) -> None:
    # The worst case of a detector: quadratic in each piece of the line.
    slow = json.loads(entries("A_A")["1_simple_cnn.ipynb"])
    slow["cells"][0]["source"] = "password" * 500_000
    zipped(
        tmp_path / "A_A.zip",
        entries("A_A", 1) | {"1_simple_cnn.ipynb": json.dumps(slow).encode()},
    )
    # A page of half a million operators.
    zipped(tmp_path / "A_B.zip", entries("A_B", 2) | {"A_B.pdf": heavy_pdf()})
    zipped(tmp_path / "A_C.zip", entries("A_C", 3))
    costly, heavy, good = inspect([tmp_path], Limits(seconds=3))
    assert {finding.code for finding in costly.findings} == {"notebook-too-costly"}
    assert {finding.code for finding in heavy.findings} == {"pdf-too-costly"}
    assert good.findings == ()


def test_a_central_directory_that_costs_too_much(tmp_path: Path) -> None:
    path = tmp_path / "A_A.zip"
    with zipfile.ZipFile(path, "w") as package:
        for number in range(60_000):
            package.writestr(zipfile.ZipInfo(f"{number}.ipynb"), b"")
    (report,) = inspect([path], Limits(seconds=0.02))
    assert [finding.code for finding in report.findings] == ["zip-too-costly"]


def heavy_pdf() -> bytes:
    content = zlib.compress(b"BT /F 9 Tf " + b"1 0 0 1 5 5 Tm [(a) 1 (b)] TJ " * 200_000 + b" ET")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources"
        b" << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for number, data in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)
    )


def test_nothing_is_left_behind(
    tmp_path: Path, entries: Entries, zipped: Zipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folder = tmp_path / "in"
    zipped(folder / "A_A.zip", entries("A_A"))
    zipped(folder / "A_B.zip", {"../evil.ipynb": b"{}"})
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    inspect([folder])
    assert contents(tmp_path) == before
