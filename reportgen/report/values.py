"""The values of the results, each with the expression that prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from reportgen.report.filters import FILTERS

Path = tuple[str | int, ...]

_NAME = re.compile(r"[^\W\d]\w*")
_SENTENCE_ENDS = (".", "?", "!")


@dataclass(frozen=True)
class Value:
    """One value.

    Attributes:
        path: the keys and indices that lead to it.
        value: a number, a text, None, or a list of texts.
        filter: the filter for its kind; empty: it is printed as it is.
    """

    path: Path
    value: Any
    filter: str

    @property
    def name(self) -> str:
        """``simple_cnn.history[0].train_loss``: its name in a template."""
        return dotted(self.path)

    @property
    def expression(self) -> str:
        """What an author pastes: ``{{ simple_cnn.best.validation_accuracy | pct }}``."""
        return f"{{{{ {self.name}{f' | {self.filter}' if self.filter else ''} }}}}"

    @property
    def shown(self) -> str | None:
        """What the expression prints in a comment; None where this run has no value."""
        if self.value is None:
            return None
        if self.filter:
            return FILTERS[self.filter](self.value)
        return " ".join(self.value) if isinstance(self.value, list) else str(self.value)

    @property
    def row(self) -> Path:
        """The outermost list that it is an item of; empty if it is in none."""
        first = next((n for n, key in enumerate(self.path) if isinstance(key, int)), 0)
        return self.path[:first]

    @property
    def is_behind(self) -> bool:
        """Whether it is behind the first item of a list, or one of texts that stand in one line."""
        is_text_item = isinstance(self.path[-1], int) and isinstance(self.value, str)
        return is_text_item or any(key for key in self.path if isinstance(key, int))


def dotted(path: Path) -> str:
    """A path as a template writes it; a key that is no name stands in brackets."""
    return "".join(
        f"[{key}]" if isinstance(key, int) else f".{key}" if _NAME.fullmatch(key) else f"[{key!r}]"
        for key in path
    ).removeprefix(".")


def values(results: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Value]:
    """All values of ``results``, in their order; ``schema`` is their JSON schema.

    A list of texts is a value (it prints as an enumeration, or as a paragraph if its items are
    sentences), and so is each of its items.
    """
    return list(_walk((), results, schema, schema))


def matching(found: Sequence[Value], pattern: str) -> list[Value]:
    """The values whose names have ``pattern`` in them, or match it if it is a glob.

    A glob has ``*`` or ``?`` and matches whole names; brackets are those of an index.
    """
    if "*" not in pattern and "?" not in pattern:
        return [one for one in found if pattern in one.name]
    glob = pattern.replace("[", "[[]")
    return [one for one in found if fnmatchcase(one.name, glob)]


def _walk(
    path: Path, value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]
) -> Iterator[Value]:
    schema = _resolved(schema, root)
    if isinstance(value, Mapping):
        for key, item in value.items():
            named = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            yield from _walk((*path, key), item, named or {}, root)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            sentences = all(item.endswith(_SENTENCE_ENDS) for item in value)
            yield Value(path, value, "" if sentences else "lista")
        for number, item in enumerate(value):
            yield from _walk((*path, number), item, schema.get("items", {}), root)
    else:
        yield Value(path, value, _filter(value, schema))


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references, and behind ``… | None`` the one that isn't null."""
    while True:
        if "$ref" in schema:
            schema = root["$defs"][str(schema["$ref"]).rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        else:
            return schema


def _filter(value: Any, schema: Mapping[str, Any]) -> str:
    """The filter for a value of this kind."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return "fecha" if schema.get("format") == "date-time" else ""
    if isinstance(value, int) and schema.get("type") != "number":
        return "miles" if schema.get("minimum") == 0 else ""
    if schema.get("unit") == "s":
        return "duracion"
    return "pct" if (schema.get("minimum"), schema.get("maximum")) == (0, 1) else "num"
