"""Image folders: ``train|val|test/<class>/…``, of whatever sizes and colours."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reportgen.data.fingerprint import FileFacts, combined, remembered
from reportgen.data.picture import COLOUR, EXTENSIONS, GREY, Picture, examine, pixels
from reportgen.data.source import SUBSETS
from reportgen.errors import DataError, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAYOUT = "train/<class>/… and val/<class>/… (or test/<class>/…)"
_CODE = (Path(__file__), Path(__file__).with_name("picture.py"))
"""What decides which picture counts, and as what."""


@dataclass(frozen=True)
class Folder:
    """What an image folder holds.

    Attributes:
        classes: names of the class folders, sorted.
        pictures: for each subset, relative name → picture, sorted by name.
        skipped: relative names of the files that are no readable images.
    """

    root: Path
    classes: tuple[str, ...]
    pictures: dict[str, dict[str, Picture]]
    skipped: tuple[str, ...]

    @property
    def samples(self) -> dict[str, int]:
        return {subset: len(pictures) for subset, pictures in self.pictures.items()}

    @property
    def fingerprint(self) -> str:
        return combined({name: picture.sha256 for name, picture in self._all()})

    @property
    def sizes(self) -> set[tuple[int, int]]:
        """The different (width, height)."""
        return {(picture.width, picture.height) for _, picture in self._all()}

    @property
    def channels(self) -> int:
        """1 if every picture is grey, else 3."""
        return 1 if all(picture.mode in GREY for _, picture in self._all()) else 3

    @property
    def notes(self) -> tuple[str, ...]:
        """In Spanish, which pictures have to be converted so that all have the same channels."""
        from reportgen.spanish import enumeration, integer  # Babel, which a scan doesn't need

        kept = {"1", "L"} if self.channels == 1 else {"RGB"}
        modes = Counter(picture.mode for _, picture in self._all())
        converted = {mode: count for mode, count in sorted(modes.items()) if mode not in kept}
        if not converted:
            return ()
        kinds = [f"{integer(n)} {(GREY | COLOUR)[mode]}" for mode, n in converted.items()]
        return (
            f"Imágenes convertidas a RGB: {enumeration(kinds)}, de un total de "
            f"{integer(modes.total())}.",
        )

    def labels(self, subset: str, order: tuple[str, ...]) -> list[int]:
        """The class of each picture as its position in ``order``, a permutation of ``classes``."""
        index = {name: label for label, name in enumerate(order)}
        return [index[_class_of(name)] for name in self.pictures[subset]]

    def images(self, subset: str) -> Iterator[NDArray[np.uint8]]:
        """Each picture as an array of (height, width, channels), one at a time."""
        for name, picture in self.pictures[subset].items():
            yield pixels(self.root / name, picture, self.channels)

    def _all(self) -> Iterator[tuple[str, Picture]]:
        for pictures in self.pictures.values():
            yield from pictures.items()


class Summary(NamedTuple):
    """A `Folder` in short: all that a plan wants to know."""

    classes: tuple[str, ...]
    samples: dict[str, int]
    skipped: tuple[str, ...]
    fingerprint: str


def summary(root: Path, cache: Path) -> Summary:
    """What `scan` finds, in short; it looks again only when something has changed.

    Raises:
        DataError: as `scan` does.
    """

    def find() -> Summary:
        found = scan(root, cache)
        return Summary(found.classes, found.samples, found.skipped, found.fingerprint)

    folders = [root / part for part in _parts(root).values()]
    classes, samples, skipped, fingerprint = remembered(cache, folders, "summary", find, _CODE)
    return Summary(tuple(classes), samples, tuple(skipped), fingerprint)


def scan(root: Path, cache: Path) -> Folder:
    """Look at every file below ``root``; each is read in full the first time only.

    Raises:
        DataError: a subset is missing, or there are fewer than two classes, or a class has no
            readable image or is missing in one of the subsets, or a file or folder can't be read.
    """
    facts = FileFacts(cache, root, "picture", _CODE)
    with _reading(root):
        pictures, skipped = _looked_at(root, facts)
    facts.save()
    with _reading(root):
        return Folder(root, _classes(root, pictures), pictures, tuple(sorted(skipped)))


@contextmanager
def _reading(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"the image folder can't be read: {error.strerror}",
            place=Place(Path(error.filename or root)),
            hint="see that everything in it can be read, then run again",
        ) from error


def _looked_at(root: Path, facts: FileFacts) -> tuple[dict[str, dict[str, Picture]], list[str]]:
    pictures: dict[str, dict[str, Picture]] = {}
    skipped: list[str] = []
    for subset, part in _parts(root).items():
        pictures[subset] = {}
        for name in sorted(f"{part}/{file}" for file in _class_files(root / part)):
            foreign = name.count("/") < 2 or os.path.splitext(name)[1].lower() not in EXTENSIONS  # noqa: PTH122
            picture = None if foreign else _picture(facts, name)
            if picture is None or not picture.mode:
                skipped.append(_printable(name))
            else:
                pictures[subset][name] = picture
    return pictures, skipped


def _picture(facts: FileFacts, name: str) -> Picture | None:
    try:
        return Picture(*facts.get(name, examine))
    except (FileNotFoundError, NotADirectoryError):  # a link that leads nowhere
        return None


def _parts(root: Path) -> dict[str, str]:
    """The folder's own names of the two subsets."""
    validation = next((part for part in ("val", "test") if (root / part).is_dir()), None)
    if validation is None or not (root / "train").is_dir():
        missing = "train/" if validation else "val/ or test/"
        raise DataError(
            f"the image folder has no {missing}",
            place=Place(root),
            hint=f"lay it out as {LAYOUT}",
        )
    return dict(zip(SUBSETS, ("train", validation), strict=True))


def _class_files(part: Path) -> Iterator[str]:
    """Names relative to ``part`` of all files below it, and of links to folders, which aren't
    followed; hidden ones belong to the system."""
    for folder, folders, files in os.walk(part, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114
        below = os.path.relpath(folder, part)
        yield from (
            name if below == "." else f"{below}/{name}"
            for name in (*files, *links)
            if not name.startswith(".")
        )


def _refuse(error: OSError) -> None:
    raise error


def _printable(name: str) -> str:
    """What is no UTF-8 in a file's name as ``\\xe1``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _class_of(name: str) -> str:
    return unicodedata.normalize("NFC", name.split("/")[1])


def _classes(root: Path, pictures: dict[str, dict[str, Picture]]) -> tuple[str, ...]:
    """The names of the class folders, which must be the same, and none empty, in both subsets."""
    parts = _parts(root)
    folders = {
        subset: {
            unicodedata.normalize("NFC", entry.name)
            for entry in (root / part).iterdir()
            if entry.is_dir() and not entry.name.startswith(".")
        }
        for subset, part in parts.items()
    }
    classes = tuple(sorted(set().union(*folders.values())))
    for name in classes:
        if name != _printable(name):
            raise DataError(
                f"the name of the class folder {_printable(name)!r} isn't UTF-8",
                place=Place(root),
                hint="rename it, in both subsets: the report prints it",
            )
    for subset, part in parts.items():
        used = {_class_of(name) for name in pictures[subset]}
        for name in classes:
            if name not in folders[subset]:
                raise DataError(
                    f"the class {name!r} is missing in {part}/",
                    place=Place(root / part),
                    hint="give train/ and the validation folder the same class folders",
                )
            if name not in used:
                raise _without_images(root, part, name)
    if len(classes) < 2:
        found = f"only the class {classes[0]!r}" if classes else "no class folder"
        raise DataError(
            f"the image folder has {found}: classification needs two classes or more",
            place=Place(root),
            hint=f"lay it out as {LAYOUT}",
        )
    return classes


def _without_images(root: Path, part: str, name: str) -> DataError:
    folder = root / part / name
    fill = f"put images there ({', '.join(sorted(EXTENSIONS))})"
    return DataError(
        f"the class {name!r} has no readable image in {part}/",
        place=Place(folder),
        hint="put the folder itself there: links to folders aren't followed"
        if folder.is_symlink()
        else f"{fill} or remove the class from both subsets",
    )
