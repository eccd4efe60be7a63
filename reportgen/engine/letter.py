"""The letter that comes with an artifact: of what kind each value is before anything reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without its zone")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("signs that can't be printed")
    return text


# Counted out in the pattern, a hundred signs of any script take 60 ms to compile.
Name = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]
Printable = Annotated[str, AfterValidator(_printable)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Letter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RecordLetter(_Letter):
    """What a file must be; a size in bytes."""

    sha256: Sha256
    size: Annotated[int, Field(ge=0, lt=2**40)]


class Circumstances(_Letter):
    """Where a step ran."""

    model_config = ConfigDict(extra="allow")

    device: Printable | None = None


class ProvenanceLetter(_Letter):
    """How an artifact was made, as far as anything reads it."""

    model_config = ConfigDict(extra="allow")

    started: Annotated[str, AfterValidator(_moment)]
    seconds: Annotated[float, Field(ge=0)]
    circumstances: Circumstances
    versions: dict[Printable, Printable] = {}
    git_commit: Printable = ""
    threads: Annotated[int, Field(ge=0)] | None = None
    resumed: bool = False
    compiled: Annotated[int, Field(ge=1)] | None = None
    places: list[Annotated[list[Printable], Field(min_length=2, max_length=2)]] = []
    forward_seconds: dict[Printable, float] = {}


class ManifestLetter(_Letter):
    """A whole manifest."""

    key: Sha256
    ingredients: dict[str, Any]
    files: dict[Name, RecordLetter]
    provenance: ProvenanceLetter


def check_letter(body: object) -> None:
    """Refuse what isn't a manifest.

    Raises:
        ValueError: a value is missing, too much or of another kind than it must be.
    """
    try:
        ManifestLetter.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"no manifest ({place}: {first['msg']})") from error
