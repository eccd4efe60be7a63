"""A package for each defect: inspecting it finds that defect, by its own code, and no other."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from reportgen.submission.findings import Limits, Report
from reportgen.submission.inspection import inspect

LIMITS = Limits(
    zip_size=150_000,
    entries=30,
    unpacked_size=60_000_000,
    pdf_size=400_000,
    pages=20,
    notebook_size=400_000,
    output_size=100_000,
)


@dataclass
class Package:
    """What a defect changes: the zip's name, its entries in order, and its bytes at the end."""

    name: str
    pdf: Callable[..., bytes]
    entries: dict[str, bytes]
    described: dict[str, Callable[[zipfile.ZipInfo], None]] = field(default_factory=dict)
    more: list[tuple[str, bytes]] = field(default_factory=list)
    mangle: Callable[[bytes], bytes] = lambda data: data

    def write(self, folder: Path) -> Path:
        stream = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as package:
            warnings.filterwarnings("ignore", "Duplicate name")
            for name, content in [*self.entries.items(), *self.more]:
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                if name in self.described:
                    self.described[name](info)
                package.writestr(info, content, info.compress_type)
        path = folder / f"{self.name}.zip"
        path.write_bytes(self.mangle(stream.getvalue()))
        return path

    @property
    def first(self) -> dict[str, Any]:
        """The first notebook; what is done to it counts once `change` has run."""
        loaded: dict[str, Any] = json.loads(self.entries["1_simple_cnn.ipynb"])
        return loaded

    def change(self, notebook: dict[str, Any]) -> None:
        self.entries["1_simple_cnn.ipynb"] = json.dumps(notebook).encode()

    def rename_pdf(self, name: str) -> None:
        self.entries[name] = self.entries.pop(f"{self.name}.pdf")

    def set_pdf(self, content: bytes) -> None:
        self.entries[f"{self.name}.pdf"] = content


Defect = Callable[[Package], None]
DEFECTS: dict[str, Defect] = {}


def defect(code: str) -> Callable[[Defect], Defect]:
    def register(function: Defect) -> Defect:
        DEFECTS[f"{code}: {function.__name__.replace('_', ' ')}"] = function
        return function

    return register


# The zip as a whole


@defect("zip-unreadable")
def no_zip(package: Package) -> None:
    package.mangle = lambda _: b"<html>404 Not found</html>"


@defect("zip-unreadable")
def cut_off_download(package: Package) -> None:
    package.mangle = lambda data: data[: len(data) // 2]


@defect("zip-empty")
def empty_zip(package: Package) -> None:
    package.entries.clear()


@defect("zip-name")
def lower_case_name(package: Package) -> None:
    package.name = package.name.lower()


@defect("zip-name")
def downloaded_twice(package: Package) -> None:
    package.name += " (1)"


@defect("zip-draft")
def draft_package(package: Package) -> None:
    package.name += ".BORRADOR"


@defect("zip-too-large")
def too_heavy(package: Package) -> None:
    noise = random.Random(0).randbytes(160_000)
    package.set_pdf(package.entries[f"{package.name}.pdf"] + b"%" + noise)


@defect("zip-bomb-count")
def many_entries(package: Package) -> None:
    package.entries |= {f"{n}.txt": b"" for n in range(40)}


@defect("zip-bomb-ratio")
def one_dense_entry(package: Package) -> None:
    package.entries["a.csv"] = bytes(20_000_000)


@defect("zip-bomb-total")
def together_too_large(package: Package) -> None:
    package.entries |= {f"{n}.csv": bytes(9_000_000) for n in range(7)}


@defect("zip-bomb-overlap")
def two_entries_one_content(package: Package) -> None:
    package.more = [("2.csv", b"twin" * 50), ("3.csv", b"twin" * 50)]

    def point_back(data: bytes) -> bytes:
        first = data.index(b"PK\x03\x04", data.index(b"3_transfer_learning.ipynb"))
        last = data.rindex(b"PK\x01\x02")
        return data[: last + 42] + struct.pack("<I", first) + data[last + 46 :]

    package.mangle = point_back


# Its entries


@defect("entry-traversal")
def climbs_out(package: Package) -> None:
    package.entries["../../evil.ipynb"] = b"{}"


@defect("entry-traversal")
def climbs_out_on_windows(package: Package) -> None:
    package.entries["a\\..\\..\\evil.ipynb"] = b"{}"


@defect("entry-absolute-path")
def from_the_root(package: Package) -> None:
    package.entries["/etc/cron.d/evil.ipynb"] = b"{}"


@defect("entry-absolute-path")
def from_a_drive(package: Package) -> None:
    package.entries["C:\\Windows\\evil.ipynb"] = b"{}"


@defect("entry-symlink")
def link_out(package: Package) -> None:
    package.entries["4_link.ipynb"] = b"/etc/passwd"
    package.described["4_link.ipynb"] = _mode(stat.S_IFLNK | 0o777)


@defect("entry-special-file")
def device(package: Package) -> None:
    package.entries["4_device.ipynb"] = b""
    package.described["4_device.ipynb"] = _mode(stat.S_IFCHR | 0o666)


@defect("entry-encrypted")
def with_password(package: Package) -> None:
    package.entries["datos.txt"] = b"x"
    package.mangle = lambda data: _flag(data, b"datos.txt", 0x1)


@defect("entry-compression")
def unusual_compression(package: Package) -> None:
    def lzma(info: zipfile.ZipInfo) -> None:
        info.compress_type = zipfile.ZIP_LZMA

    package.entries["4_more.ipynb"] = b"{}"
    package.described["4_more.ipynb"] = lzma


@defect("entry-broken")
def flipped_bit(package: Package) -> None:
    package.entries["4_more.ipynb"] = b'{"cells": "' + b"0123456789abcdef" * 20 + b'"}'

    def flip(data: bytes) -> bytes:
        start = data.index(b"4_more.ipynb") + len("4_more.ipynb")
        return data[: start + 9] + bytes([data[start + 9] ^ 0xFF]) + data[start + 10 :]

    package.mangle = flip


@defect("entry-broken")
def other_name_inside(package: Package) -> None:
    package.entries["4_more.ipynb"] = b"{}"
    package.mangle = lambda data: data.replace(b"4_more.ipynb", b"4_less.ipynb", 1)


@defect("entry-names-collide")
def equal_but_for_case(package: Package) -> None:
    package.entries |= {"LEEME.txt": b"a", "leeme.txt": b"b"}


@defect("entry-names-collide")
def equal_but_for_composition(package: Package) -> None:
    package.entries |= {"muñoz.txt": b"a", "mun\u0303oz.txt": b"b"}


@defect("entry-names-collide")
def twice_the_same(package: Package) -> None:
    package.more = [("LEEME.txt", b"a"), ("LEEME.txt", b"b")]


@defect("entry-invisible-name")
def right_to_left(package: Package) -> None:
    package.entries["4_\u202efdp.ipynb"] = b"{}"


@defect("entry-invisible-name")
def bell(package: Package) -> None:
    package.entries["4_\x07\x1b[2J.ipynb"] = b"{}"


@defect("entry-archive")
def zip_in_zip(package: Package) -> None:
    package.entries["notebooks.zip"] = b"PK\x05\x06" + bytes(18)


@defect("entry-extra")
def dataset_along(package: Package) -> None:
    package.entries["data/train.csv"] = b"1,2"


@defect("entry-system-file")
def from_a_mac(package: Package) -> None:
    package.entries[f"__MACOSX/._{package.name}.pdf"] = b"\x00"
    package.entries[".ipynb_checkpoints/1_simple_cnn-checkpoint.ipynb"] = b"{}"


@defect("entry-in-folder")
def folder_packed(package: Package) -> None:
    package.entries = {f"entrega/{name}": data for name, data in package.entries.items()}


# The PDF


@defect("pdf-missing")
def no_pdf(package: Package) -> None:
    del package.entries[f"{package.name}.pdf"]


@defect("pdf-several")
def two_pdfs(package: Package) -> None:
    package.entries["borrador.pdf"] = package.pdf("<p>" + "otra versión " * 40)


@defect("pdf-name-differs")
def other_name(package: Package) -> None:
    package.rename_pdf("informe.pdf")


@defect("pdf-too-large")
def large_pdf(package: Package) -> None:
    package.set_pdf(package.entries[f"{package.name}.pdf"] + b"%" * 400_000)


@defect("pdf-unreadable")
def word_file(package: Package) -> None:
    package.set_pdf(b"PK\x03\x04 a document of a word processor")


@defect("pdf-unreadable")
def cut_off_pdf(package: Package) -> None:
    package.set_pdf(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n")


@defect("pdf-encrypted")
def locked(package: Package) -> None:
    _rewrite(package, lambda writer: writer.encrypt("secreto", algorithm="RC4-128"))


@defect("pdf-pages")
def no_pages(package: Package) -> None:
    writer = PdfWriter()
    stream = io.BytesIO()
    writer.write(stream)
    package.set_pdf(stream.getvalue())


@defect("pdf-pages")
def too_many_pages(package: Package) -> None:
    package.set_pdf(package.pdf("<p style='break-after: page'>Página</p>" * 25))


@defect("pdf-no-text")
def scanned(package: Package) -> None:
    package.set_pdf(package.pdf("<svg width=100 height=100><path d='M0 0L9 9'/></svg>"))


@defect("pdf-draft")
def draft_pdf(package: Package) -> None:
    package.set_pdf(package.pdf("<p>BORRADOR · datos de muestra</p>" + "<p>resultado</p>" * 40))


@defect("pdf-draft")
def shortened_pdf(package: Package) -> None:
    said = "<p>EJECUCIÓN REDUCIDA · perfil laptop</p>"
    package.set_pdf(package.pdf(said + "<p>resultado</p>" * 40))


@defect("pdf-draft")
def incomplete_pdf(package: Package) -> None:
    package.set_pdf(package.pdf("<p>DATOS INCOMPLETOS · CIFAR-10</p>" + "<p>resultado</p>" * 40))


@defect("pdf-font-not-embedded")
def borrowed_font(package: Package) -> None:
    def forget(writer: PdfWriter) -> None:
        for number in range(1, len(writer._objects) + 1):
            found = writer.get_object(number)
            if isinstance(found, DictionaryObject):
                for key in ("/FontFile", "/FontFile2", "/FontFile3"):
                    found.pop(key, None)

    _rewrite(package, forget)


@defect("pdf-font-not-embedded")
def borrowed_font_in_a_figure(package: Package) -> None:
    def draw(writer: PdfWriter) -> None:
        kinds = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        font = DictionaryObject({NameObject(k): NameObject(v) for k, v in kinds.items()})
        form = StreamObject()
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/Resources")] = _nested("/Font", "/F1", font)
        resources = writer.pages[0]["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        figure = _nested("/XObject", "/Fm1", writer._add_object(form))
        resources.update(figure)

    _rewrite(package, draw)


@defect("pdf-active-content")
def script(package: Package) -> None:
    def greet(writer: PdfWriter) -> None:
        action = {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("alert(1)"),
        }
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)

    _rewrite(package, greet)


@defect("pdf-active-content")
def attachment(package: Package) -> None:
    _rewrite(package, lambda writer: writer.add_attachment("datos.exe", b"MZ"))


@defect("pdf-active-content")
def launches_a_program(package: Package) -> None:
    def launch(writer: PdfWriter) -> None:
        action = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("x")}
        note = {
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/A"): DictionaryObject(action),
        }
        writer.pages[0][NameObject("/Annots")] = ArrayObject([DictionaryObject(note)])

    _rewrite(package, launch)


# The notebooks


@defect("notebook-missing")
def one_short(package: Package) -> None:
    del package.entries["2_alexnet.ipynb"]


@defect("notebook-unreadable")
def web_page(package: Package) -> None:
    package.entries["1_simple_cnn.ipynb"] = b"<!DOCTYPE html>"


@defect("notebook-unreadable")
def nested_too_deeply(package: Package) -> None:
    package.entries["1_simple_cnn.ipynb"] = b"[" * 100_000


@defect("notebook-unreadable")
def broken_encoding(package: Package) -> None:
    package.entries["1_simple_cnn.ipynb"] = b'{"cells": "\xff\xfe\xfa"}'


@defect("notebook-unreadable")
def a_list(package: Package) -> None:
    package.entries["1_simple_cnn.ipynb"] = b"[]"


@defect("notebook-format")
def format_3(package: Package) -> None:
    package.change({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []})


@defect("notebook-format")
def only_json(package: Package) -> None:
    package.change({"users": ["ana"]})


@defect("notebook-invalid")
def cell_of_no_kind(package: Package) -> None:
    notebook = package.first
    notebook["cells"][0]["cell_type"] = "poem"
    package.change(notebook)


@defect("notebook-too-large")
def large_notebook(package: Package) -> None:
    notebook = package.first
    notebook["cells"][0]["source"] = "palabra " * 60_000
    package.change(notebook)


@defect("notebook-no-code")
def prose_only(package: Package) -> None:
    notebook = package.first
    del notebook["cells"][1:]
    package.change(notebook)


@defect("notebook-draft")
def from_the_store(package: Package) -> None:
    notebook = package.first
    notebook["metadata"]["reportgen"] = {"run_id": "0123456789abcdef", "draft": True}
    package.change(notebook)


@defect("cell-unexecuted")
def never_run(package: Package) -> None:
    notebook = package.first
    notebook["cells"][2] |= {"execution_count": None, "outputs": []}
    package.change(notebook)


@defect("cells-out-of-order")
def run_backwards(package: Package) -> None:
    notebook = package.first
    notebook["cells"][1]["execution_count"] = 9
    package.change(notebook)


@defect("cells-out-of-order")
def copied_with_its_count(package: Package) -> None:
    notebook = package.first
    notebook["cells"][1]["execution_count"] = notebook["cells"][2]["execution_count"]
    package.change(notebook)


@defect("cells-rerun")
def run_again(package: Package) -> None:
    notebook = package.first
    notebook["cells"][2]["execution_count"] = 14
    package.change(notebook)


@defect("cell-error")
def ended_in_an_error(package: Package) -> None:
    notebook = package.first
    traceback = {"ename": "NameError", "evalue": "name 'red' is not defined", "traceback": []}
    notebook["cells"][2]["outputs"] = [{"output_type": "error", **traceback}]
    package.change(notebook)


@defect("cell-placeholder")
def gap_in_a_call(package: Package) -> None:
    _source(package, "self.conv1 = nn.Conv2d(..., 64, kernel_size=3)")


@defect("cell-placeholder")
def gap_in_a_function(package: Package) -> None:
    _source(package, "def forward(self, x):\n    # capas\n    pass")


@defect("cell-placeholder")
def gap_underlined(package: Package) -> None:
    _source(package, "loss = criterion(____, labels)")


@defect("cell-placeholder")
def not_implemented(package: Package) -> None:
    _source(package, "raise NotImplementedError()")


@defect("cell-marker")
def reminder_left(package: Package) -> None:
    _source(package, "# TODO: define la red\nmodel = torch.nn.Linear(2, 2)")


@defect("cell-marker")
def answer_not_written(package: Package) -> None:
    notebook = package.first
    notebook["cells"][0]["source"] = "**Respuesta:** escriba aquí su respuesta"
    package.change(notebook)


@defect("cell-empty")
def empty_cell(package: Package) -> None:
    notebook = package.first
    empty: dict[str, Any] = {
        "cell_type": "code",
        "source": " \n",
        "execution_count": None,
        "outputs": [],
    }
    notebook["cells"].insert(1, {**empty, "metadata": {}, "id": "empty"})
    package.change(notebook)


@defect("home-path")
def somebodys_folder(package: Package) -> None:
    _source(package, "data = load('/home/ana.garcia/practica/mnist.npz')")


@defect("home-path")
def somebodys_folder_on_windows(package: Package) -> None:
    _source(package, r"data = load(r'C:\Users\Ana\Downloads\mnist.npz')")


@defect("home-path")
def folder_in_metadata(package: Package) -> None:
    notebook = package.first
    notebook["metadata"]["papermill"] = {"input_path": "/Users/ana/practica/1.ipynb"}
    package.change(notebook)


@defect("home-path")
def folder_in_a_traceback(package: Package) -> None:
    notebook = package.first
    text = "\x1b[0;32m/home/ana/red.py\x1b[0m in \x1b[0;36mforward\x1b[0;34m(x)\x1b[0m\n"
    notebook["cells"][2]["outputs"][0]["text"] = [text]
    package.change(notebook)


@defect("absolute-path")
def colab_folder(package: Package) -> None:
    _source(package, "DATA_ROOT = '/content/mnist'")


@defect("absolute-path")
def other_drive(package: Package) -> None:
    _source(package, "DATA_ROOT = 'D:/datos/mnist'")


@defect("secret")
def key_in_source(package: Package) -> None:
    _source(package, "password = 'Tr0ub4dor&3'")


@defect("output-too-large")
def endless_output(package: Package) -> None:
    notebook = package.first
    notebook["cells"][2]["outputs"][0]["text"] = "época 1\n" * 20_000
    package.change(notebook)


# What belongs together


@defect("run-id-differs")
def other_run(package: Package) -> None:
    notebook = package.first
    notebook["metadata"]["reportgen"] = {"run_id": "fedcba9876543210"}
    package.change(notebook)


@defect("run-id-differs")
def pdf_of_no_run(package: Package) -> None:
    notebook = package.first
    notebook["metadata"]["reportgen"] = {"run_id": "0123456789abcdef"}
    package.change(notebook)
    package.set_pdf(package.pdf(keywords="informe"))


def _nested(outer: str, inner: str, value: PdfObject) -> DictionaryObject:
    named = DictionaryObject({NameObject(inner): value})
    return DictionaryObject({NameObject(outer): named})


def _mode(mode: int) -> Callable[[zipfile.ZipInfo], None]:
    def describe(info: zipfile.ZipInfo) -> None:
        info.create_system = 3
        info.external_attr = mode << 16

    return describe


def _flag(data: bytes, name: bytes, bit: int) -> bytes:
    """Set a bit of the entry's flags in the central directory."""
    header = data.rindex(name) - 46
    flags = int.from_bytes(data[header + 8 : header + 10], "little") | bit
    return data[: header + 8] + flags.to_bytes(2, "little") + data[header + 10 :]


def _rewrite(package: Package, change: Callable[[PdfWriter], object]) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(package.entries[f"{package.name}.pdf"])))
    change(writer)
    stream = io.BytesIO()
    writer.write(stream)
    package.set_pdf(stream.getvalue())


def _source(package: Package, source: str) -> None:
    notebook = package.first
    notebook["cells"][2]["source"] = source
    package.change(notebook)


@pytest.fixture(scope="module")
def reports(
    tmp_path_factory: pytest.TempPathFactory,
    pdf: Callable[..., bytes],
    entries: Callable[..., dict[str, bytes]],
) -> dict[str, Report]:
    """All packages in one folder, inspected at once, as a teacher would."""
    folder = tmp_path_factory.mktemp("defects")
    written = {}
    for seed, (key, break_it) in enumerate(DEFECTS.items()):
        name = "GARCÍA_" + chr(65 + seed // 26) + chr(65 + seed % 26)
        package = Package(name, pdf, entries(name, seed))
        break_it(package)
        written[package.write(folder).name] = key
    found = {report.source: report for report in inspect([folder], LIMITS)}
    assert found.keys() == written.keys()
    return {key: found[name] for name, key in written.items()}


@pytest.mark.parametrize("key", DEFECTS)
def test_a_defect_is_found_by_its_code_and_no_other(reports: dict[str, Report], key: str) -> None:
    code = key.partition(":")[0]
    findings = reports[key].findings
    assert {finding.code for finding in findings} == {code}, findings


@pytest.mark.parametrize("key", DEFECTS)
def test_a_finding_says_where_it_is_and_what_to_do(reports: dict[str, Report], key: str) -> None:
    for finding in reports[key].findings:
        assert finding.where.startswith(reports[key].source)
        assert finding.fix
        assert all(map(str.isprintable, (finding.message, finding.fix, finding.where)))


def test_enough_defects_are_told_apart() -> None:
    assert len({key.partition(":")[0] for key in DEFECTS}) >= 40
    assert len(DEFECTS) >= 60
