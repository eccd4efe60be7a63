"""Keys and digests: the same for the same content, and for nothing else."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from reportgen.engine.digest import canonical, digest, flatten, sealed, unsealed
from reportgen.engine.step import Step

STEP = Step(
    "a.training",
    "lab:train",
    parameters={"epochs": 3, "crop": None},
    inputs={"data": "a.data"},
    code={"lab": "1"},
    circumstances={"device": "cpu"},
    declared="a.py:1",
    seconds=1.0,
    size=1,
)
INPUTS = {"a.data": "d" * 64, "a.other": "e" * 64}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a.again"},
        {"function": "lab:fit"},
        {"parameters": {"epochs": 4, "crop": None}},
        {"parameters": {"epochs": 3}},
        {"parameters": {"epochs": 3, "crop": 0}},
        {"inputs": {"data": "a.other"}},
        {"inputs": {"images": "a.data"}},
        {"code": {"lab": "2"}},
        {"code": {"lab": "1", "lib": "1"}},
    ],
    ids=str,
)
def test_what_is_in_the_key(change: Any) -> None:
    assert dataclasses.replace(STEP, **change).key(INPUTS) != STEP.key(INPUTS)


@pytest.mark.parametrize(
    "change",
    [
        {"circumstances": {"device": "cuda"}},
        {"declared": "b.py:9"},
        {"seconds": 9.0},
        {"size": 9},
        {"parameters": {"crop": None, "epochs": 3}},
    ],
    ids=str,
)
def test_what_is_not(change: Any) -> None:
    assert dataclasses.replace(STEP, **change).key(INPUTS) == STEP.key(INPUTS)


def test_the_content_of_an_input_is_in_the_key_its_own_key_is_not() -> None:
    assert STEP.key({**INPUTS, "a.data": "f" * 64}) != STEP.key(INPUTS)
    assert STEP.ingredients(INPUTS)["inputs"] == {"data": "d" * 64}


def test_a_step_survives_json() -> None:
    again = Step(**json.loads(json.dumps(STEP.as_json())))
    assert again == STEP


def test_tuples_and_lists_are_one() -> None:
    parts = [dataclasses.replace(STEP, parameters={"mean": mean}) for mean in ((1, 2), [1, 2])]
    assert parts[0].ingredients(INPUTS) == parts[1].ingredients(INPUTS)


def test_canonical() -> None:
    assert canonical({"b": [1.5, None], "a": "ñ"}) == '{"a":"ñ","b":[1.5,null]}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            digest(wrong)
    with pytest.raises(TypeError):
        digest({"a": object()})


def test_flatten() -> None:
    nested = {"a": {"b": 1, "c": {}}, "d": [1]}
    assert flatten(nested) == {"a.b": 1, "a.c": {}, "d": [1]}


def test_a_seal_is_broken_by_every_change_of_the_value() -> None:
    text = sealed({"epochs": 3, "name": "ñ"})
    assert unsealed(text) == {"epochs": 3, "name": "ñ"}
    for wrong in (text.replace("3}", "4}"), text[:-1], "[]", '{"value": 1}', ""):
        if wrong != text:
            with pytest.raises(ValueError):  # noqa: PT011 - JSON's own or the seal's
                unsealed(wrong)
