from __future__ import annotations

import os
import pickle
import pickletools
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.data.plain_pickle import ByteArray, PickleRefusedError, loads

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(), inner, max_size=5)
        | st.lists(inner, max_size=4).map(tuple)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_come_back(value: Any) -> None:
    assert loads(pickle.dumps(value, protocol=2)) == value
    assert loads(pickletools.optimize(pickle.dumps(value, protocol=2))) == value


def test_python_2_strings_are_bytes() -> None:
    assert loads(b"\x80\x02U\x03a\xf1b.") == b"a\xf1b"
    assert loads(b"\x80\x02T\x02\x00\x00\x00\x00\xff.") == b"\x00\xff"


class Harm:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_in_a_pickle_runs(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "mark"
    content = pickle.dumps({"data": Harm(mark)}, protocol)
    with pytest.raises(PickleRefusedError):
        loads(content)
    assert not mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(U\x04truetR.",  # a call of os.system
        b"(U\x04trueios\nsystem\n.",  # the same by another opcode
        b"cnumpy\nload\nU\x01x\x85R.",
        b"cnumpy.core.multiarray\n_reconstruct\ncos\nsystem\nK\x00\x85U\x01b\x87R.",
    ],
)
def test_other_names_are_refused(content: bytes) -> None:
    with pytest.raises(PickleRefusedError):
        loads(content)


def test_object_arrays_are_refused() -> None:
    with pytest.raises(PickleRefusedError):
        loads(pickle.dumps(np.array([print], dtype=object), protocol=2))


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x02", b"\x80\x02e.", b"\x80\x02K.", b"\x80\x02h\x07.", b"\xff", b"."]
)
def test_damaged_pickles_are_refused(content: bytes) -> None:
    with pytest.raises(PickleRefusedError):
        loads(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(PickleRefusedError):
        loads(content)


def test_every_cut_of_a_pickle_is_refused() -> None:
    content = pickle.dumps({"a": [1, 2, (3, "x")], "b": None}, protocol=2)
    for length in range(len(content)):
        with pytest.raises(PickleRefusedError):
            loads(content[:length])


def test_array_is_described_not_made() -> None:
    content = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K\x02K\x03\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R\x89U\x06abcdeftb."
    )
    assert loads(content) == ByteArray((2, 3), b"abcdef", "C")
    other_type = content.replace(b"u1", b"f8")
    with pytest.raises(PickleRefusedError, match="unsigned bytes"):
        loads(other_type)


def test_module_calls_no_unpickler(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("unpickled")

    for name in ("load", "loads", "Unpickler", "_Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    assert loads(pickle.dumps([1, os.name], protocol=2)) == [1, os.name]
