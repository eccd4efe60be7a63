"""What the tests of learning have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from reportgen.learning import PRECISION, watch
from reportgen.learning.training import TrainingResult
from tests.learning.trainings import run


@pytest.fixture(scope="module", autouse=True)
def _float32() -> Iterator[None]:
    """Whatever the CPU is best at: what is compared with plain torch is computed as that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PRECISION, "float32")
        yield


@pytest.fixture
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def _every_epoch_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the disk is."""
    monkeypatch.setattr(watch, "QUICK_SECONDS", float("inf"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    torch.set_num_threads(1)
    return run(tmp_path_factory.mktemp("undisturbed"))
