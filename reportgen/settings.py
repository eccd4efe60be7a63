"""Settings: ``reportgen.toml`` and ``--set``, as strict models with located errors."""

from __future__ import annotations

import datetime
import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from reportgen.errors import UsageError
from reportgen.origin import Origin, read
from reportgen.results import Deviation


def _folder(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("utf8", "the folder's name isn't UTF-8; rename it") from None
    return os.path.expanduser(text)  # noqa: PTH111 - a Path would make "." of nothing


Folder = Annotated[str, AfterValidator(_folder)]
"""A folder's name, relative to the project; ``~`` is the user's own folder."""


class Strict(BaseModel):
    """A model that admits no unknown key and converts nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReportSettings(Strict):
    """What stands on the title page."""

    title: str = "Práctica 1: Clasificación de imágenes con redes convolucionales"
    course: str = "Visión por Computador"
    group: str = ""
    teacher: str = ""
    date: Annotated[
        datetime.date | None, Field(description="default: the day of the newest measurement")
    ] = None


class RunSettings(Strict):
    """How the experiments run."""

    data: Literal["auto", "real", "sample"] = "auto"
    data_root: Annotated[Folder, Field(description="folder with the datasets; empty: none")] = ""
    profile: Literal["auto", "full", "laptop", "sample"] = "auto"
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    compile: Annotated[
        bool,
        Field(description="long trainings on CUDA by torch.compile: faster, other bits each time"),
    ] = False
    precision: Annotated[
        Literal["auto", "float32"],
        Field(description="auto: convolutions and products in halves where that is faster"),
    ] = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    seeds: Annotated[int, Field(ge=1, le=100, description="trainings of each network")] = 1
    evidence: Literal["none", "standard", "full"] = "standard"
    workers: Annotated[
        int,
        Field(ge=0, le=64, description="processes side by side; 0: one a core on a CPU, else one"),
    ] = 0


class SubmissionSettings(Strict):
    """What may be handed in."""

    max_size_mb: Annotated[float, Field(gt=0)] = 50.0


class DatasetSettings(Strict):
    """An image folder with ``train|val|test/<class>/…``."""

    folder: Annotated[
        Folder,
        Field(
            min_length=1,
            description="train/, and val/ (test/ only where there is no val/), with a folder for "
            "each class; links to folders below them aren't followed",
        ),
    ]


class ExperimentSettings(Strict):
    """The base of each experiment's own settings; the defaults are the profile ``full``."""

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Profile name → what it lays over the defaults."""

    workload: ClassVar[frozenset[str]] = frozenset()
    """The settings whose lowering makes a shortened run."""

    dataset: str

    def deviations(self, section: str) -> list[Deviation]:
        """Every setting that differs from the profile ``full``."""
        full = type(self).model_validate({})
        found = []
        for name in type(self).model_fields:
            mine, theirs = getattr(self, name), getattr(full, name)
            if mine != theirs:
                everything = name in self.workload and theirs == 0  # 0 stands for all there is
                shortens = name in self.workload and (everything or mine < theirs)
                found.append(
                    Deviation(
                        setting=f"{section}.{name}",
                        value=mine,
                        full=None if everything else theirs,
                        shortens=shortens,
                    )
                )
        return found


class Settings(Strict):
    """All settings; what isn't the engine's belongs to the experiments, unread here."""

    report: ReportSettings = ReportSettings()
    run: RunSettings = RunSettings()
    submission: SubmissionSettings = SubmissionSettings()
    datasets: dict[str, DatasetSettings] = {}
    experiments: dict[str, dict[str, Any]] = {}


CORE = tuple(name for name in Settings.model_fields if name != "experiments")

M = TypeVar("M", bound=Strict)


def load(file: Path, overrides: Sequence[str], experiments: Sequence[str]) -> Loaded:
    """Read the settings file and lay ``section.key=value`` overrides over it.

    Args:
        file: the settings file.
        overrides: as after ``--set``; a value is TOML, or else a plain string.
        experiments: the names of the experiments' sections.

    Raises:
        UsageError: with the file and line, or the override, and the nearest right name.
    """
    text, table = read(file)
    pairs = dict(_split(item) for item in overrides)
    origin = Origin(file, text, pairs)
    for key, value in pairs.items():
        _lay(table, key, _value(value))
    for section in table:
        if section not in CORE and section not in experiments:
            raise unknown((section,), [*CORE, *experiments], origin)
    core = {name: table.pop(name) for name in CORE if name in table}
    core["experiments"] = table
    return Loaded(validate(Settings, core, (), origin), origin)


@dataclass(frozen=True)
class Loaded:
    """Validated settings and where they were written."""

    settings: Settings
    origin: Origin

    def of_experiment(self, name: str, model: type[ExperimentSettings], profile: str) -> Any:
        """An experiment's settings: its defaults, the profile, then what the author wrote."""
        values = {**model.profiles.get(profile, {}), **self.settings.experiments.get(name, {})}
        return validate(model, values, (name,), self.origin)


def validate(
    model: type[M], values: Mapping[str, Any], section: tuple[str, ...], origin: Origin
) -> M:
    """``values`` as a ``model``; raises UsageError with the place of the first mistake."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # A misspelt key is told before the one that is missing for it.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        keys = (*section, *(str(part) for part in first["loc"]))
        if first["type"] == "extra_forbidden":
            raise unknown(keys, _fields(model, first["loc"]), origin) from None
        if first["type"] == "model_type":
            message = f"{'.'.join(keys)} is a section: write [{'.'.join(keys)}], its settings below"
            raise origin.mistake(message, keys) from None
        value = "" if first["type"] == "missing" else f" = {first['input']!r}"
        what = first["msg"]
        message = f"{'.'.join(keys)}{value}: {what[0].lower()}{what[1:]}"
        raise origin.mistake(message, keys, hint=_nearest(first), value=True) from None


def _nearest(error: Mapping[str, Any]) -> str | None:
    """The value that was probably meant where only some are possible."""
    possible = re.findall(r"'([^']*)'", error.get("ctx", {}).get("expected", ""))
    near = difflib.get_close_matches(str(error["input"]), possible, n=1)
    return f"did you mean {near[0]!r}?" if near else None


def unknown(keys: Sequence[str], known: Sequence[str], origin: Origin) -> UsageError:
    """The error for a setting that doesn't exist, with the nearest one that does."""
    near = difflib.get_close_matches(keys[-1], known, n=1)
    guess = f"did you mean {'.'.join([*keys[:-1], near[0]])!r}? " if near else ""
    return origin.mistake(
        f"unknown setting {'.'.join(keys)!r}", keys, hint=f"{guess}known here: {', '.join(known)}"
    )


def _fields(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The names that could stand where ``location`` names an unknown one."""
    if len(location) > 1:
        nested: Any = model.model_fields[str(location[0])].annotation
        is_model = isinstance(nested, type) and issubclass(nested, BaseModel)
        model = nested if is_model else DatasetSettings  # the one section with free names
    return list(model.model_fields)


def _split(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals or key.count(".") < 1 or not all(key.split(".")):
        raise UsageError(
            f"--set {item!r} isn't of the form section.key=value",
            hint="for example: --set simple_cnn.epochs=5",
        )
    return key.strip(), value.strip()


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _lay(table: dict[str, Any], key: str, value: Any) -> None:
    *sections, last = key.split(".")
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            raise UsageError(f"--set {key}: {section!r} is a value, not a section")
    table[last] = value
