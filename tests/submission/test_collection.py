from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.submission.findings import Report
from reportgen.submission.inspection import inspect

Entries = Callable[..., dict[str, bytes]]
Zipped = Callable[..., Path]

ANA = "Ana García_1201_assignsubmission_file_"
LUIS = "Luis Muñoz_1202_assignsubmission_file_"
EVA = "Eva Gil_1203_assignsubmission_file_"


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def written(zipped: Zipped, folder: Path, entries: dict[str, bytes]) -> bytes:
    return zipped(folder / "scratch.zip", entries).read_bytes()


@pytest.fixture
def handed_in(tmp_path: Path, entries: Entries, zipped: Zipped) -> dict[str, bytes]:
    """What Moodle's bulk download holds; Eva forgot to pack, and all wrote something online."""
    scratch = tmp_path / "scratch"
    return {
        f"{ANA}/GARCÍA_ANA.zip": written(zipped, scratch, entries("GARCÍA_ANA", 1)),
        "Ana García_1201_assignsubmission_onlinetext_/onlinetext.html": b"<p>Hola</p>",
        f"{LUIS}/muñoz.zip": written(zipped, scratch, entries("MUÑOZ_LUIS", 2)),
        f"{EVA}/informe.docx": b"PK",
        f"{EVA}/1_simple_cnn.ipynb": b"{}",
    }


def check_class(reports: list[Report]) -> None:
    ana, luis, eva = sorted(reports, key=lambda report: str(report.identifier))
    assert (ana.person, ana.identifier, ana.name) == ("Ana García", "1201", "GARCÍA_ANA")
    assert ana.findings == ()
    assert (luis.person, luis.identifier, luis.name) == ("Luis Muñoz", "1202", None)
    assert codes(luis) == {"zip-name"}
    assert (eva.person, eva.identifier) == ("Eva Gil", "1203")
    assert codes(eva) == {"no-zip"}
    assert "informe.docx" in eva.findings[0].message


def test_moodles_download_as_it_comes(
    tmp_path: Path, zipped: Zipped, handed_in: dict[str, bytes]
) -> None:
    check_class(inspect([zipped(tmp_path / "PRÁCTICA 1-1234.zip", handed_in)]))


def test_moodles_download_without_folders(
    tmp_path: Path, zipped: Zipped, handed_in: dict[str, bytes]
) -> None:
    flat = {name.replace("_/", "_"): content for name, content in handed_in.items()}
    assert not any("/" in name for name in flat)
    check_class(inspect([zipped(tmp_path / "PRÁCTICA 1-1234.zip", flat)]))


def test_moodles_download_unpacked(tmp_path: Path, handed_in: dict[str, bytes]) -> None:
    for name, content in handed_in.items():
        # As macOS unpacks it.
        path = tmp_path / "class" / unicodedata.normalize("NFD", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    reports = inspect([tmp_path / "class"])
    assert len(reports) == 3
    by_identifier = {report.identifier: report for report in reports}
    assert by_identifier["1201"].findings == ()
    assert by_identifier["1201"].name == "GARCÍA_ANA"


def test_moodles_download_inside_a_folder(
    tmp_path: Path, zipped: Zipped, handed_in: dict[str, bytes]
) -> None:
    zipped(tmp_path / "class" / "PRÁCTICA 1-1234.zip", handed_in)
    check_class(inspect([tmp_path / "class"]))


def test_a_submission_cannot_pass_for_moodles_download(
    tmp_path: Path, entries: Entries, zipped: Zipped
) -> None:
    """Else its author would escape inspection, and speak for somebody else."""
    path = zipped(tmp_path / "GARCÍA_ANA.zip", entries() | {f"{LUIS}/MUÑOZ_LUIS.zip": b"PK"})
    (report,) = inspect([path])
    assert (report.person, report.name) == (None, "GARCÍA_ANA")
    assert codes(report) == {"entry-archive"}


def test_a_broken_zip_in_the_download_leaves_the_others(
    tmp_path: Path, zipped: Zipped, handed_in: dict[str, bytes]
) -> None:
    path = tmp_path / "class.zip"
    handed_in[f"{EVA}/GIL_EVA.zip"] = b"x" * 100
    data = zipped(path, handed_in).read_bytes()
    start = data.index(f"{LUIS}/muñoz.zip".encode()) + 200
    path.write_bytes(data[:start] + bytes(20) + data[start + 20 :])
    reports = {report.person: report for report in inspect([path])}
    assert reports["Ana García"].findings == ()
    assert codes(reports["Luis Muñoz"]) == {"zip-unreadable", "zip-name"}
    assert codes(reports["Eva Gil"]) == {"zip-unreadable"}


def test_a_folder_of_zips_in_folders(tmp_path: Path, entries: Entries, zipped: Zipped) -> None:
    zipped(tmp_path / "grupo 1" / "GARCÍA_ANA.zip", entries("GARCÍA_ANA", 1))
    zipped(tmp_path / "grupo 2" / "GIL_EVA.ZIP", entries("GIL_EVA", 2))
    (tmp_path / "notas.txt").write_text("nada")
    (tmp_path / "link.zip").symlink_to(tmp_path / "grupo 1" / "GARCÍA_ANA.zip")
    reports = inspect([tmp_path])
    assert [report.source for report in reports] == [
        "grupo 1/GARCÍA_ANA.zip",
        "grupo 2/GIL_EVA.ZIP",
    ]
    assert all(report.findings == () for report in reports)


def test_nothing_to_inspect_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no zip in it"):
        inspect([tmp_path])
    with pytest.raises(UsageError, match="doesn't exist"):
        inspect([tmp_path / "gone.zip"])


def test_what_two_submissions_share(tmp_path: Path, entries: Entries, zipped: Zipped) -> None:
    ana = entries("GARCÍA_ANA", 1)
    eva, luis, zoe = entries("GIL_EVA", 2), entries("MUÑOZ_LUIS", 3), entries("RUIZ_ZOE", 4)
    luis["MUÑOZ_LUIS.pdf"] = ana["GARCÍA_ANA.pdf"]
    eva["2_alexnet.ipynb"] = ana["2_alexnet.ipynb"]
    zoe["3_transfer_learning.ipynb"] = ana["3_transfer_learning.ipynb"].replace(
        b'"import torch"', b'"import torch  # la biblioteca"'
    )
    assert zoe["3_transfer_learning.ipynb"] != ana["3_transfer_learning.ipynb"]
    for name, content in {"GARCÍA_ANA": ana, "GIL_EVA": eva, "MUÑOZ_LUIS": luis}.items():
        zipped(tmp_path / f"{name}.zip", content)
    zipped(tmp_path / "RUIZ_ZOE.zip", zoe)
    found = {report.name: codes(report) for report in inspect([tmp_path])}
    assert found == {
        "GARCÍA_ANA": {"duplicate-pdf", "duplicate-notebook"},
        "GIL_EVA": {"duplicate-notebook"},
        "MUÑOZ_LUIS": {"duplicate-pdf"},
        "RUIZ_ZOE": {"near-duplicate-notebook"},
    }


def test_the_same_zip_under_two_names(tmp_path: Path, entries: Entries, zipped: Zipped) -> None:
    for name in ("GARCÍA_ANA", "GIL_EVA"):
        zipped(tmp_path / f"{name}.zip", entries("GARCÍA_ANA"))
    ana, eva = inspect([tmp_path])
    assert codes(ana) == {"duplicate-zip"}
    assert codes(eva) == {"duplicate-zip", "pdf-name-differs"}
    assert "GIL_EVA.zip" in ana.findings[0].message


def test_one_name_for_two_people(tmp_path: Path, entries: Entries, zipped: Zipped) -> None:
    zipped(tmp_path / "1" / "GARCÍA_ANA.zip", entries("GARCÍA_ANA", 1))
    zipped(tmp_path / "2" / "GARCÍA_ANA.zip", entries("GARCÍA_ANA", 2))
    assert [codes(report) for report in inspect([tmp_path])] == [{"name-taken"}] * 2


def test_one_person_may_hand_in_twice(tmp_path: Path, entries: Entries, zipped: Zipped) -> None:
    packed = written(zipped, tmp_path / "scratch", entries("GARCÍA_ANA"))
    twice = {f"{ANA}/GARCÍA_ANA.zip": packed, f"{ANA}/otra/GARCÍA_ANA.zip": packed}
    reports = inspect([zipped(tmp_path / "class.zip", twice)])
    assert [report.findings for report in reports] == [(), ()]


def test_generated_notebooks_may_have_equal_code(
    tmp_path: Path, entries: Entries, zipped: Zipped
) -> None:
    """Everybody's are made from one source; what they measured still differs."""

    def generated(seed: int, text: bytes) -> dict[str, bytes]:
        made = entries("A_A", seed)
        metadata = b'"metadata": {"reportgen": {"run_id": "0123456789abcdef"},\n  "kernelspec"'
        for name, content in entries("A_A", 0).items():
            if name.endswith(".ipynb"):
                marked = content.replace(b'"metadata": {\n  "kernelspec"', metadata)
                assert marked != content
                made[name] = marked.replace(b'"4\\n"', text)
        return made

    for seed, name in enumerate(["A_A", "A_B"]):
        made = generated(seed, b'"%d\\n"' % seed)
        made[f"{name}.pdf"] = made.pop("A_A.pdf")
        zipped(tmp_path / f"{name}.zip", made)
    assert [report.findings for report in inspect([tmp_path])] == [(), ()]


def test_the_order_in_a_zip_does_not_matter(
    tmp_path: Path, entries: Entries, zipped: Zipped
) -> None:
    reversed_ = dict(reversed(entries().items()))
    path = zipped(tmp_path / "GARCÍA_ANA.zip", reversed_)
    with zipfile.ZipFile(path) as package:
        assert package.namelist()[-1] == "GARCÍA_ANA.pdf"
    (report,) = inspect([path])
    assert report.findings == ()
