"""Write the README's table of settings from the models that read them.

python docs/settings.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- settings: python docs/settings.py -->\n", "<!-- end of settings -->\n"
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def table() -> str:
    """The settings of the engine and of the shipped experiments, as a Markdown table."""
    from reportgen.lab.experiment import load
    from reportgen.settings import CORE, DatasetSettings, Settings

    rows = ["| setting | default | may be |", "| --- | --- | --- |"]
    for section in CORE:
        model = Settings.model_fields[section].annotation
        rows += _rows(section, model, {})
    rows += _rows("datasets.NAME", DatasetSettings, {})
    for one in load(ROOT / "experiments"):
        rows += _rows(one.name, one.settings, one.settings.profiles)
    return "\n".join(rows) + "\n"


def _rows(section: str, model: Any, profiles: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, field in getattr(model, "model_fields", {}).items():
        default = "—" if field.is_required() else f"`{_shown(field.default)}`"
        notes = [_kind(field.annotation), *_bounds(field.metadata), field.description or ""]
        notes += [f"{p}: {_shown(over[name])}" for p, over in profiles.items() if name in over]
        yield f"| `{section}.{name}` | {default} | {'; '.join(filter(None, notes))} |"


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(str(one) for one in get_args(annotation))
    kinds = [one for one in get_args(annotation) or (annotation,) if one is not type(None)]
    known = {"str": "text", "int": "whole number", "float": "number", "bool": "true, false"}
    return known.get(kinds[0].__name__, kinds[0].__name__)


def _bounds(metadata: list[Any]) -> Iterator[str]:
    found = [
        f"{sign} {getattr(one, name):,}".replace(",", " ")
        for one in metadata
        for name, sign in _SIGNS.items()
        if hasattr(one, name)
    ]
    if found:
        yield " and ".join(found)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value) or "(empty)"


def current(text: str) -> str:
    """The README with today's table."""
    return re.sub(
        f"({re.escape(BEGIN)}).*?({re.escape(END)})", rf"\1\n{table()}\n\2", text, flags=re.S
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
