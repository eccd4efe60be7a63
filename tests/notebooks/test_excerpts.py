"""Quoting definitions so that they stand alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.engine.sources import Sources
from reportgen.notebooks.excerpts import Excerpts

NETWORK = '''from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from own.helpers import SCALE, doubled

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Network:
    """Kept as it stands."""

    def forward(self, x: NDArray[np.floating]) -> float:
        return doubled(math.sqrt(x.sum())) * SCALE  # this comment too


def shadowed(helper: int) -> int:
    return helper


def helper() -> None:
    raise RuntimeError


def whole() -> None:
    from own import helpers
    helpers.doubled(1)


def named_alike() -> None:
    doubled(SCALE)
'''
HELPERS = """import json
SCALE = 3


def doubled(x):
    return 2 * x


def unused():
    return json
"""
OTHER = "from own.network import Network\n\n\ndef doubled():\n    return Network()\n"


@pytest.fixture
def excerpts(tmp_path: Path) -> Excerpts:
    for name, text in {"network": NETWORK, "helpers": HELPERS, "other": OTHER}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    return Excerpts(Sources(whole={"own": tmp_path}, fine={}))


def test_a_definition_comes_with_what_it_needs_and_nothing_else(excerpts: Excerpts) -> None:
    text = excerpts.quote("own.network:Network")
    definition = NETWORK[NETWORK.index("class Network") : NETWORK.index("\n\n\ndef shadowed")]
    assert definition in text
    assert text.index("def doubled") < text.index("class Network")
    assert "SCALE = 3" in text
    assert "own" not in text
    assert "unused" not in text
    assert "import json" not in text
    for line in ("import math", "import numpy as np", "from numpy.typing import NDArray"):
        assert line in text
    names: dict[str, object] = {}
    exec(compile(text, "cell", "exec"), names)
    assert "Network" in names


def test_what_was_quoted_is_not_repeated(excerpts: Excerpts) -> None:
    excerpts.quote("own.network:Network")
    again = excerpts.quote("own.network:named_alike")
    assert "def named_alike" in again
    assert "def doubled" not in again


def test_a_parameter_hides_the_definition_of_its_name(excerpts: Excerpts) -> None:
    assert "RuntimeError" not in excerpts.quote("own.network:shadowed")


def test_two_definitions_of_one_name_are_refused(excerpts: Excerpts) -> None:
    excerpts.quote("own.helpers:doubled")
    with pytest.raises(LookupError, match=r"own\.other:doubled"):
        excerpts.quote("own.other:doubled")


@pytest.mark.parametrize("reference", ["own.network:nothing", "nowhere:nothing"])
def test_what_is_not_there_is_named(excerpts: Excerpts, reference: str) -> None:
    with pytest.raises(LookupError, match=r"nothing|nowhere"):
        excerpts.quote(reference)


def test_a_definition_that_imports_the_project_inside_is_refused(excerpts: Excerpts) -> None:
    with pytest.raises(LookupError, match=r"own\.network:whole"):
        excerpts.quote("own.network:whole")
