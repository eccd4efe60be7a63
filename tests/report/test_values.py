"""The values of the results: an expression for each, and what it prints."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

from reportgen.report import environment
from reportgen.report.values import Value, dotted, matching, values
from tests.report.manuscripts import schema


@pytest.fixture(scope="module")
def found(results: dict[str, Any]) -> list[Value]:
    return values(results, schema())


def _of(found: list[Value], name: str) -> Value:
    return next(one for one in found if one.name == name)


@pytest.mark.parametrize(
    ("name", "filter"),
    [
        ("simple_cnn.best.validation_accuracy", "pct"),
        ("simple_cnn.confusion.pairs[0].share", "pct"),
        ("simple_cnn.history[2].train_loss", "num"),
        ("simple_cnn.embeddings.final.quality.silhouette", "num"),
        ("simple_cnn.embeddings.final.quality.neighbour_purity", "pct"),
        ("simple_cnn.parameters.trainable", "miles"),
        ("simple_cnn.confusion.matrix[3][5]", "miles"),
        ("simple_cnn.best.epoch", ""),
        ("simple_cnn.dataset.name", ""),
        ("simple_cnn.dataset.classes", "lista"),
        ("simple_cnn.dataset.classes[4]", ""),
        ("simple_cnn.drafts.evolution", ""),
        ("colophon.measured", "fecha"),
        ("colophon.seed", ""),
        ("colophon.deviations[0].shortens", ""),
        ("colophon.durations['simple_cnn.run']", "duracion"),
    ],
)
def test_a_value_has_the_filter_of_its_kind(found: list[Value], name: str, filter: str) -> None:
    value = _of(found, name)
    assert value.filter == filter
    assert value.expression == f"{{{{ {name}{f' | {filter}' if filter else ''} }}}}"


def test_every_expression_prints_in_a_comment_what_is_shown(
    found: list[Value], results: dict[str, Any], tmp_path: Path
) -> None:
    env = environment.environment(environment.Folders([tmp_path]), results)
    markdown = environment.for_markdown(env)
    printed = [one for one in found if one.shown is not None and not one.name.endswith("source")]
    assert len(printed) > 400
    for one in printed:
        text = markdown.from_string(one.expression).render()
        assert html.unescape(text).replace("\\", "") == one.shown, one.name


def test_every_measured_value_is_listed_once(found: list[Value], results: dict[str, Any]) -> None:
    def leaves(value: Any) -> int:
        if isinstance(value, dict | list):
            items = value.values() if isinstance(value, dict) else value
            texts = isinstance(value, list) and value and all(isinstance(v, str) for v in value)
            return sum(map(leaves, items)) + bool(texts)
        return 1

    assert len(found) == leaves(results)
    assert len({one.name for one in found}) == len(found)


def test_what_wasn_t_measured_shows_nothing(found: list[Value]) -> None:
    assert _of(found, "simple_cnn.embeddings.final.left_out").shown is None


def test_a_key_that_is_no_name_stands_in_brackets() -> None:
    assert dotted(("a", "scikit-learn", 0, "b", 12)) == "a['scikit-learn'][0].b[12]"


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("best.valid", "simple_cnn.best.validation_accuracy", True),
        ("*.best.*accuracy", "simple_cnn.best.validation_accuracy", True),
        ("best*", "simple_cnn.best.validation_accuracy", False),  # a glob is for whole names
        ("history[3]", "simple_cnn.history[3].epoch", True),
        ("*.history[?].epoch", "simple_cnn.history[3].epoch", True),
        ("*.history[?].epoch", "simple_cnn.history[9].train_loss", False),
        ("alexnet", "simple_cnn.best.epoch", False),
    ],
)
def test_a_pattern_is_a_part_of_the_name_or_a_glob(
    found: list[Value], pattern: str, name: str, matches: bool
) -> None:
    assert (_of(found, name) in matching(found, pattern)) == matches
