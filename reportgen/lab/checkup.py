"""What a machine needs to build a report, looked at piece by piece."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reportgen.data import catalogue, https
from reportgen.data.sets import SETS
from reportgen.errors import DataError, ReportgenError, RunError, UsageError
from reportgen.lab import machine
from reportgen.settings import DatasetSettings

PATIENCE = 3.0
"""Seconds until a server counts as out of reach."""

_GB = 10**9
_PYTHON = (3, 11)
_PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")
_SUBSETTER = "harfbuzz-subset"


class Verdict(StrEnum):
    """How a piece is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Diagnosis:
    """One piece of the machine.

    Attributes:
        piece: what was looked at.
        verdict: how it is.
        found: what was found.
        fix: what to do about it; empty if it is well.
    """

    piece: str
    verdict: Verdict
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Circumstances:
    """Where a build would find its things.

    Attributes:
        folder: the project's, or the present one.
        cache: the per-user folder of downloads.
        data_root: the folder of the datasets, if one is set.
        datasets: the image folders that the settings name.
        wanted_data: ``run.data`` of the settings.
    """

    folder: Path
    cache: Path
    data_root: Path | None
    datasets: Mapping[str, DatasetSettings]
    wanted_data: str


def examine(where: Circumstances) -> Iterator[Diagnosis]:
    """All pieces, each looked at when it is asked for; no wait is longer than a few seconds."""
    yield python()
    yield from torch()
    yield pango()
    yield fonts()
    yield disk(where.folder)
    yield memory()
    yield from data(where)
    yield from weights(where.cache)
    yield kernel()


def python() -> Diagnosis:
    """The interpreter's version."""
    version = platform.python_version()
    if sys.version_info < _PYTHON:
        return Diagnosis(
            "Python", Verdict.FAIL, version, "install Python 3.11 or newer; make: PYTHON=python3.12"
        )
    return Diagnosis("Python", Verdict.OK, f"{version} ({sys.executable})")


def torch() -> Iterator[Diagnosis]:
    """Whether torch can be imported, and where it would compute."""
    try:
        from reportgen.learning import device

        found = device.describe(device.choose("auto"))
    except (ImportError, OSError) as error:
        yield Diagnosis(
            "torch", Verdict.FAIL, f"can't be imported: {error}", "pip install --upgrade torch"
        )
        return
    except RunError as error:
        yield Diagnosis("device", Verdict.FAIL, error.message, error.hint or "see the message")
        return
    import torch as library

    yield Diagnosis("torch", Verdict.OK, str(library.__version__))
    shown = f"{found['device']} ({found['name']}, {found['precision']})"
    if found["device"] == "cpu":
        yield Diagnosis(
            "device",
            Verdict.WARN,
            shown,
            "nothing if a CPU is all there is (profile laptop: half an hour); else see "
            "https://pytorch.org/get-started for the torch of your accelerator",
        )
    else:
        yield Diagnosis("device", Verdict.OK, shown)


def pango() -> Diagnosis:
    """The libraries with which WeasyPrint sets text."""
    install = (
        "brew install pango"
        if sys.platform == "darwin"
        else "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    missing = [name for name in _PANGO if ctypes.util.find_library(name) is None]
    if missing:
        return Diagnosis("Pango", Verdict.FAIL, f"missing: {', '.join(missing)}", install)
    if ctypes.util.find_library(_SUBSETTER) is None:
        return Diagnosis("Pango", Verdict.WARN, f"without {_SUBSETTER}: PDFs take longer", install)
    return Diagnosis("Pango", Verdict.OK, "all libraries are here")


def fonts() -> Diagnosis:
    """The faces of page and figures, which packages ship."""
    from reportgen.fonts import font_faces

    try:
        faces = font_faces()
    except ReportgenError as error:
        return Diagnosis("fonts", Verdict.FAIL, error.message, error.hint or "")
    families = sorted({face.family for face in faces})
    return Diagnosis("fonts", Verdict.OK, f"{len(faces)} faces of {', '.join(families)}")


def disk(folder: Path) -> Diagnosis:
    """Room for store, downloads and PDF, and whether the project's folder can be written."""
    free = shutil.disk_usage(folder).free
    found = f"{free / _GB:.1f} GB free below {folder}"
    if not os.access(folder, os.W_OK):
        return Diagnosis(
            "disk", Verdict.FAIL, f"{folder} can't be written", f"chown or chmod u+w {folder}"
        )
    clean = "`reportgen clean` shows what it could remove"
    if free < _GB:
        return Diagnosis("disk", Verdict.FAIL, found, f"free at least 1 GB; {clean}")
    if free < 4 * _GB:
        return Diagnosis("disk", Verdict.WARN, found, f"the full profile may need 4 GB; {clean}")
    return Diagnosis("disk", Verdict.OK, found)


def memory() -> Diagnosis:
    """The machine's memory, or the container's limit if that is less."""
    total = machine.installed_memory()
    found = f"{total / _GB:.1f} GB"
    fix = "use --set run.workers=1 and smaller batches (--set transfer.batch_size=8)"
    if total < 2 * _GB:
        return Diagnosis("memory", Verdict.FAIL, found, f"4 GB are comfortable; {fix}")
    if total < 4 * _GB:
        return Diagnosis("memory", Verdict.WARN, found, fix)
    return Diagnosis("memory", Verdict.OK, found)


def data(where: Circumstances) -> Iterator[Diagnosis]:
    """The data root, and each dataset: at hand, to be downloaded, or to be had nowhere."""
    optional = where.wanted_data == "sample"
    root = where.data_root
    if root is not None and not root.is_dir():
        yield Diagnosis(
            "data root",
            Verdict.FAIL,
            f"{root} is no folder",
            "correct REPORTGEN_DATA_ROOT, run.data_root or --data-root",
        )
        root = None
    elif root is not None:
        yield Diagnosis("data root", Verdict.OK, str(root))
    else:
        yield Diagnosis("data root", Verdict.OK, "none set: data are downloaded once")
    named = {name: where.folder / setting.folder for name, setting in where.datasets.items()}
    names = list(dict.fromkeys([*SETS, *named]))
    with ThreadPoolExecutor(len(names)) as threads:  # all servers are asked at once
        yield from threads.map(
            lambda name: _dataset(name, where, root, optional, named.get(name)), names
        )


def _dataset(
    name: str, where: Circumstances, root: Path | None, optional: bool, folder: Path | None = None
) -> Diagnosis:
    piece = f"data {name}"
    try:
        found = catalogue.locate(
            name,
            mode="real",
            data_root=root,
            folders={name: folder} if folder else {},
            cache=where.cache,
        )
    except (DataError, UsageError) as error:
        fix = error.hint or "see the message"
        at_fault = folder is not None and not optional
        verdict = Verdict.FAIL if at_fault or where.wanted_data == "real" else Verdict.WARN
        place = f"{error.place}: " if error.place else ""
        return Diagnosis(piece, verdict, place + " ".join(error.message.split()), fix)
    samples = ", ".join(f"{count} {part}" for part, count in found.samples.items())
    if found.origin == "download" and not _is_here(name, where.cache):
        return Diagnosis(piece, Verdict.OK, f"will be downloaded from {found.location}")
    return Diagnosis(piece, Verdict.OK, f"{found.location} ({samples})")


def _is_here(name: str, cache: Path) -> bool:
    from reportgen.data import download

    return name in SETS and download.fetched(name, cache)


def weights(cache: Path) -> Iterator[Diagnosis]:
    """The pretrained weights: those that a package carries, and those that ``auto`` prefers."""
    try:
        from reportgen.learning import backbones
    except (ImportError, OSError):
        return  # told of torch
    for name in (backbones.CARRIED, backbones.PREFERRED):
        known = backbones.backbone(name)
        path = known.path(cache)
        if path.is_file():
            yield Diagnosis(f"weights {name}", Verdict.OK, str(path))
        elif why := https.unreachable({name: str(known.url)}, PATIENCE).get(name):
            yield Diagnosis(
                f"weights {name}",
                Verdict.WARN,
                f"not here, and {why}",
                f"nothing: `auto` then takes {backbones.CARRIED}; or put {known.url} at {path}",
            )
        else:
            yield Diagnosis(f"weights {name}", Verdict.OK, f"will be downloaded from {known.url}")


def kernel() -> Diagnosis:
    """What executes the notebooks."""
    missing = [
        name for name in ("ipykernel", "nbclient", "nbformat") if not importlib.util.find_spec(name)
    ]
    if missing:
        return Diagnosis(
            "notebook kernel",
            Verdict.FAIL,
            f"missing: {', '.join(missing)}",
            f"pip install {' '.join(missing)}",
        )
    return Diagnosis("notebook kernel", Verdict.OK, "ipykernel is installed")
