"""How much the trainings of several processes may take together."""

from __future__ import annotations

import importlib

import pytest

from reportgen.lab import machine

_GIGABYTE = 2**30


@pytest.mark.parametrize(
    ("installed", "workers", "room"),
    [
        (16, 2, 2.0),  # a gigabyte each
        (16, 8, 6.0),  # half of what eight processes' libraries leave
        (4, 2, 1.5),
        (3, 8, 0.0),  # one training at a time
    ],
)
def test_trainings_get_a_gigabyte_each_or_half_of_what_the_libraries_leave(
    monkeypatch: pytest.MonkeyPatch, installed: int, workers: int, room: float
) -> None:
    monkeypatch.setattr(machine, "installed_memory", lambda: installed * _GIGABYTE)
    assert machine.memory(workers, "cpu") == room * _GIGABYTE
    assert machine.memory(workers, "mps") == room * _GIGABYTE, "it shares the machine's memory"


def test_the_machines_memory_does_not_limit_what_lies_on_a_card() -> None:
    assert machine.memory(2, "cuda") is None


def test_workers_share_their_libraries_on_a_cpu() -> None:
    shared = machine.shared_libraries(2, "cpu")
    assert "torch" in shared
    for name in shared:
        importlib.import_module(name)  # one that isn't there would be passed over
    assert not machine.shared_libraries(1, "cpu")
    assert not machine.shared_libraries(2, "cuda")
