"""What the data tests share: image folders of noise, idx files, and an https server."""

from __future__ import annotations

import os
import ssl
import struct
import tarfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import trustme
from PIL import Image

from reportgen.data import cifar, fingerprint
from reportgen.data.sets import SETS


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Waits until a file's last change is past: nothing can set that time back.

    A clock's tick, up to 10 ms, is what must not be taken for the past.
    """
    monkeypatch.setattr(fingerprint, "_SETTLED_NS", 20_000_000)
    return lambda: time.sleep(0.03)


@pytest.fixture(scope="session")
def real_root() -> Path:
    root = os.environ.get("REPORTGEN_DATA_ROOT")
    if not root:
        pytest.skip("REPORTGEN_DATA_ROOT is not set: no real data here")
    return Path(root)


@pytest.fixture(scope="session")
def real_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests on real data, so that each file is examined once."""
    return tmp_path_factory.mktemp("real-cache")


def noise(seed: int, height: int = 8, width: int = 8, channels: int = 3) -> np.ndarray:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


FolderMaker = Callable[..., Path]


@pytest.fixture
def image_folder(tmp_path: Path) -> FolderMaker:
    """Makes ``train`` and ``val`` with ``count`` pictures of noise in each class."""

    def make(
        name: str = "pictures",
        classes: tuple[str, ...] = ("bee", "ant"),
        count: int = 2,
        validation: str = "val",
    ) -> Path:
        root = tmp_path / name
        for part in ("train", validation):
            for label in classes:
                (root / part / label).mkdir(parents=True)
                for index in range(count):
                    pixels = noise(zlib.crc32(f"{part}{label}{index}".encode()))
                    Image.fromarray(pixels).save(root / part / label / f"{index}.png")
        return root

    return make


def idx_bytes(values: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + bytes(
        values.tobytes()
    )


@pytest.fixture
def mnist_folder(tmp_path: Path) -> Path:
    """A data root with a MNIST of 6 and 4 images."""
    raw = tmp_path / "root" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for stem, count in (("train", 6), ("t10k", 4)):
        images = np.random.default_rng(count).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = np.arange(count, dtype=np.uint8)
        (raw / f"{stem}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (raw / f"{stem}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    return raw


@dataclass
class Server:
    """Serves ``files``; ``cuts`` holds after how many bytes each next answer breaks off."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    ranges: bool = True

    def url(self, name: str) -> str:
        return f"{self.address}/{name}"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(
    authority: trustme.CA,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Server]:
    """An https server on this machine whose certificate the client is told to trust."""
    trusted = tmp_path_factory.mktemp("server") / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    monkeypatch.setenv("NO_PROXY", "localhost")

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            wanted = self.headers.get("Range")
            state.requests.append((self.command, self.path, wanted))
            if self.path in state.redirects:
                self.send_response(302)
                self.send_header("Location", state.redirects[self.path])
                self.end_headers()
                return
            content = state.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            if not state.ranges:
                start = 0
            if wanted and state.ranges and start >= len(content):
                self.send_response(416)
                self.end_headers()
                return
            self.send_response(206 if wanted and state.ranges else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if body:
                length = state.cuts.pop(0) if state.cuts else len(content)
                self.wfile.write(content[start : start + length])

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    listener = ThreadingHTTPServer(("localhost", 0), Handler)
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    state = Server(f"https://localhost:{listener.server_port}")
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    """Every download's address leads nowhere, whether or not this machine has internet."""
    from dataclasses import replace

    for name, known in SETS.items():
        files = tuple(
            replace(file, url=f"https://localhost:{closed_port}/{file.name}")
            for file in known.download.files
        )
        moved = replace(known, download=replace(known.download, files=files))
        monkeypatch.setitem(SETS, name, moved)


@pytest.fixture
def closed_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _official_batch(images: np.ndarray, labels: list[int], order: str = "C") -> bytes:
    """The bytes of a batch as Python 2 and its numpy pickled it, protocol 2.

    Written out opcode by opcode, since no Python 3 writes strings and arrays that way.
    """

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    kind = b"cnumpy\ndtype\nq\x04" + text(b"u1") + b"K\x00K\x01\x87Rq\x05"
    kind += b"(K\x03" + text(b"|") + b"NNN" + 2 * b"J\xff\xff\xff\xff" + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x06cnumpy\nndarray\nq\x07"
    array += b"K\x00\x85" + text(b"b") + b"\x87Rq\x08"
    array += b"(K\x01M" + struct.pack("<H", len(rows)) + b"M\x00\x0c\x86" + kind
    array += b"\x88" if order == "F" else b"\x89"
    content = rows.tobytes(order=order)  # type: ignore[arg-type]
    array += b"T" + struct.pack("<I", len(content)) + content + b"tb"
    numbers = b"]q\x03(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return (
        b"\x80\x02}q\x01("
        + (text(b"batch_label") + b"q\x02" + text(b"training batch 1 of 5"))
        + (text(b"labels") + numbers)
        + (text(b"data") + array)
        + (text(b"filenames") + b"](" + text(b"a.png") + text(b"b.png") + b"e")
        + b"u."
    )


@pytest.fixture
def cifar_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root's folder of batches with 4 images each, which then counts as complete."""
    monkeypatch.setattr(cifar, "SAMPLES", {"train": 20, "validation": 4})
    folder = tmp_path / "root" / cifar.FOLDER
    folder.mkdir(parents=True)
    for number, name in enumerate((*cifar.BATCHES["train"], *cifar.BATCHES["validation"])):
        (folder / name).write_bytes(_official_batch(_batch_images(number), [0, 1, 2, number]))
    return folder


def _batch_images(number: int) -> np.ndarray:
    return np.stack([noise(10 * number + index, 32, 32) for index in range(4)])


@pytest.fixture
def official_batch() -> Callable[..., bytes]:
    return _official_batch


@pytest.fixture
def batch_images() -> Callable[[int], np.ndarray]:
    """The four images of a batch of ``cifar_batches``, counted from 0."""
    return _batch_images


@pytest.fixture
def cifar_archive(cifar_batches: Path, tmp_path: Path) -> Path:
    """The same batches, packed as the official archive is."""
    archive = tmp_path / cifar.ARCHIVE
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(cifar_batches, arcname=cifar.FOLDER)
    return archive
