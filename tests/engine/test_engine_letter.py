"""A manifest's names of files, before any of them becomes a path."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from reportgen.engine.letter import Name

NAMES: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize("name", ["a", "best.safetensors", "ñandú-2.svg", "a" * 100])
def test_a_plain_name_is_taken(name: str) -> None:
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize("name", ["", ".hidden", "-a", "a/b", "..", "a b", "a\n", "a" * 101])
def test_no_other_name_is(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)
