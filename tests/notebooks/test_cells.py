"""Cells and their imports."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from reportgen.notebooks.cells import literal, with_imports_first


def test_imports_are_gathered_once_in_groups() -> None:
    source = (
        "import torch\nfrom a import b\n\n\ndef f():\n    import inner\n\n\n"
        "from __future__ import annotations\nimport os\nfrom a import c as d\nimport torch\nx = 1\n"
    )
    assert with_imports_first(source) == (
        "from __future__ import annotations\n\nimport os\n\nimport torch\n"
        "from a import b, c as d\n\ndef f():\n    import inner\n\n\nx = 1"
    )


def test_code_without_imports_stays_as_it_is() -> None:
    assert with_imports_first("x = 1\n\ny = 2") == "x = 1\n\ny = 2"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(plain)
def test_a_literal_is_the_value_again(value: object) -> None:
    if "inf" not in repr(value):
        assert ast.literal_eval(literal(value)) == value
