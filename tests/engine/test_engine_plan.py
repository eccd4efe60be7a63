"""Plans, and what each step would cost now, with the reason as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.plan import Change, Plan, examine
from reportgen.engine.step import Step
from reportgen.engine.store import Store
from reportgen.engine.work import Job, perform


def test_order_and_dependents(toy: Any) -> None:
    plan = toy.plan()
    place = {step.name: number for number, step in enumerate(plan.steps)}
    for step in plan.steps:
        assert all(place[name] < place[step.name] for name in step.inputs.values())
    assert plan.dependents("small.training") == ["results", "small.figure", "small.scores"]
    assert plan["data"].function == "toylib.steps:load"
    assert Plan.from_json(json.loads(json.dumps(plan.as_json()))) == plan


@pytest.mark.parametrize(
    ("steps", "match"),
    [
        ([Step("a", "f:f"), Step("a", "g:g", declared="x.py:3")], r"called 'a' \(x.py:3\)"),
        ([Step("a", "f:f", inputs={"x": "b"})], "a: input 'x' is no step: 'b'"),
        (
            [Step("a", "f:f", inputs={"x": "b"}), Step("b", "f:f", inputs={"x": "a"})],
            "wait for each other",
        ),
    ],
)
def test_plans_that_cant_be(steps: list[Step], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Plan.of(steps)
    assert len(Plan.of([Step("a", "f:f"), Step("a", "f:f")]).steps) == 1


def test_before_the_first_build_all_is_missing_or_pending(toy: Any) -> None:
    states = toy.examine()
    assert states["data"].state == "missing"
    assert states["data"].key
    assert {one.state for name, one in states.items() if name != "data"} == {"pending"}
    assert states["results"].waits_for == ("small.scores", "large.scores")
    assert states["results"].key is None
    assert not any(one.changes for one in states.values())


def test_a_step_that_is_waited_for_twice_is_named_once(tmp_path: Path) -> None:
    plan = Plan.of([Step("a", "f:f"), Step("b", "f:f", inputs={"x": "a", "y": "a"})])
    assert examine(plan, Store(tmp_path / "store"))[1].waits_for == ("a",)


def test_after_a_build_all_is_cached(toy: Any) -> None:
    toy.build()
    assert set(toy.states().values()) == {"cached"}
    assert not any(one.changes for one in toy.examine().values())


def test_the_reason_is_the_parameter_from_what_to_what(toy: Any) -> None:
    toy.build()
    toy.epochs = 4
    found = toy.examine()
    assert found["small.training"].state == "stale"
    assert found["small.training"].changes == (Change("parameters", "epochs", 3, 4),)
    assert str(found["small.training"].changes[0]) == "epochs: 3 → 4"
    assert found["small.scores"].state == "pending"
    assert found["small.scores"].waits_for == ("small.training",)
    assert found["small.scores"].changes == ()
    assert found["data"].state == "cached"


def test_the_reason_is_the_source(toy: Any) -> None:
    toy.build()
    toy.edit("toystudy/networks.py", "double(value) + 1", "double(value) + 2")
    found = toy.examine()
    (change,) = found["small.training"].changes
    assert (change.kind, change.what) == ("code", "toystudy.networks:Small")
    assert len({change.before, change.after}) == 2
    assert str(change) == "source toystudy.networks:Small changed"
    assert found["large.training"].state == "cached"
    toy.edit("toystudy/networks.py", "double(value) + 2", "value + 2")
    gone = [str(change) for change in toy.examine()["small.training"].changes]
    assert "source toystudy.layers:double gone" in gone


def test_the_reason_is_the_input(toy: Any) -> None:
    toy.build()
    before = toy.store.remembered("small.training")["inputs"]["data"]
    toy.numbers = [2, 7, 1, 8]
    assert str(toy.examine()["data"].changes[0]) == "numbers: [3, 1, 4] → [2, 7, 1, 8]"
    perform(Job(toy.plan()["data"], {}, {}, toy.store.root), lambda _: None, lambda: False)
    (change,) = toy.examine()["small.training"].changes
    assert (change.kind, change.what, change.before) == ("inputs", "data", before)
    assert str(change) == "input data has other content"


def test_function_and_schema_are_reasons_too(toy: Any) -> None:
    toy.build()
    memory = dict(toy.store.remembered("data"))
    toy.store.remember("data", {**memory, "schema": 0, "function": "old:load"})
    toy.numbers = [5]
    found = [str(change) for change in toy.examine()["data"].changes]
    assert found == [
        "schema: 0 → 1",
        "function: 'old:load' → 'toylib.steps:load'",
        "numbers: [3, 1, 4] → [5]",
    ]


def test_a_parameter_that_is_new_or_gone(toy: Any) -> None:
    toy.extra = [toy.step("x", "toylib.steps:fail", parameters={"a": {"b": 1, "c": 2}})]
    toy.store.remember("x", toy.plan()["x"].ingredients({}))
    toy.extra = [toy.step("x", "toylib.steps:fail", parameters={"a": {"b": 1, "d": 2}})]
    assert toy.examine()["x"].changes == (
        Change("parameters", "a.c", 2, None),
        Change("parameters", "a.d", None, 2),
    )


def test_going_back_needs_no_reason(toy: Any) -> None:
    toy.build()
    toy.epochs = 4
    toy.build()
    toy.epochs = 3
    assert set(toy.states().values()) == {"cached"}


def test_examining_writes_nothing(toy: Any) -> None:
    toy.build()
    toy.epochs = 4
    files = {path: path.stat().st_mtime_ns for path in toy.root.rglob("*")}
    toy.examine()
    assert {path: path.stat().st_mtime_ns for path in toy.root.rglob("*")} == files
