"""Downloads, held to a digest that is known beforehand."""

from __future__ import annotations

import hashlib
import urllib.request
import zipfile
from pathlib import Path

from reportgen.data.fingerprint import combined


def download(url: str, digest: str, folder: Path) -> Path:
    """The file at an https address, fetched once; ``digest`` is "algorithm:hexadecimal".

    Raises:
        ValueError: it isn't the file with that digest; nothing is kept.
    """
    path = folder / url.rsplit("/", 1)[-1]
    if path.is_file():
        content = path.read_bytes()
    else:
        print(f"Descargando {url}")
        with urllib.request.urlopen(url, timeout=60) as response:
            content = response.read()
    algorithm, _, expected = digest.partition(":")
    if not hashlib.new(algorithm, content).hexdigest().startswith(expected):
        raise ValueError(f"{path.name} no es el fichero esperado: su {algorithm} es otro")
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path


def unpack(archive: Path, folder: Path, content: str) -> Path:
    """The folder of pictures in a zip; ``content`` is the one sha256 of all of them.

    Raises:
        ValueError: the zip holds other pictures.
    """
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    root = next(path.parent for path in folder.glob("*/train"))
    digests = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.glob("*/*/*")
        if path.suffix.lower() in (".jpg", ".jpeg") and path.name[0] != "."
    }
    if combined(digests) != content:
        raise ValueError(f"{archive.name} no contiene las imágenes esperadas")
    return root
