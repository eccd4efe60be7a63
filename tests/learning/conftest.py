"""What the tests of learning have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reportgen.learning import PRECISION


@pytest.fixture(scope="module", autouse=True)
def _float32() -> Iterator[None]:
    """Whatever the CPU is best at: what is compared with plain torch is computed as that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PRECISION, "float32")
        yield
