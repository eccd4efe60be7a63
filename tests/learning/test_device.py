"""Which device, and what it computes in; machines that aren't here are stood in for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from reportgen.errors import RunError, UsageError
from reportgen.learning import device as devices
from reportgen.learning import want

CPU = torch.device("cpu")


def machine(
    monkeypatch: pytest.MonkeyPatch, *, cuda: bool = False, kernels: bool = True, mps: bool = False
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(devices, "_computes", lambda name: kernels)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.fixture(autouse=True)
def _unasked(_float32: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORTGEN_PRECISION")


@pytest.fixture
def _settings() -> Iterator[None]:
    """torch as it was."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(strict)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"),
    [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_fastest_there_is(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str
) -> None:
    machine(monkeypatch, cuda=cuda, mps=mps)
    assert devices.choose("auto").type == chosen
    assert devices.choose("cpu").type == "cpu"


def test_a_card_that_torch_has_no_kernels_for_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, cuda=True, kernels=False)
    assert devices.choose("auto").type == "cpu"
    with pytest.raises(UsageError, match="'cuda' isn't available"):
        devices.choose("cuda")


def test_a_card_is_tried_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise RuntimeError(f"CUDA error: {why}\nCUDA kernel errors might be reported later")

    assert devices._computes("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", refuse)
    why = "no kernel image is available for execution on the device"
    assert not devices._computes("cuda")
    why = "out of memory"  # somebody else's: the CPU in its place would be another report
    with pytest.raises(RunError, match="'cuda' is there but can't be used: CUDA error: out of mem"):
        devices.choose("auto")
    assert devices.choose("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    machine(monkeypatch)
    with pytest.raises(UsageError, match=f"'{name}' isn't available") as caught:
        devices.choose(name)
    assert "cpu" in str(caught.value.hint)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown device 'tpu'"):
        devices.choose("tpu")


@pytest.mark.parametrize(("bfloat16", "expected"), [(True, torch.bfloat16), (False, torch.float16)])
def test_cuda_computes_in_the_halves_it_has(
    monkeypatch: pytest.MonkeyPatch, bfloat16: bool, expected: torch.dtype
) -> None:
    def supported(including_emulation: bool = True) -> bool:
        return bfloat16 or including_emulation  # a T4 emulates it, slowly

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert devices.precision(torch.device("cuda")) == expected


@pytest.mark.parametrize(
    ("macos", "expected"), [((14, 0), torch.bfloat16), ((13, 3), torch.float32)]
)
def test_metal_computes_in_halves_from_macos_14_on(
    monkeypatch: pytest.MonkeyPatch, macos: tuple[int, int], expected: torch.dtype
) -> None:
    monkeypatch.setattr(
        torch.backends.mps, "is_macos_or_newer", lambda major, minor: macos >= (major, minor)
    )
    assert devices.precision(torch.device("mps")) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"avx512_bf16": True, "amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.float32),  # emulated, slowly
        ({"bf16": True}, torch.float32),  # an Arm processor
    ],
)
def test_a_cpu_computes_in_halves_where_it_has_a_matrix_unit(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, bool], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)
    assert devices.precision(CPU) == expected


def test_an_older_torch_cannot_tell_of_a_matrix_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert devices.precision(CPU) == torch.float32


def test_halves_are_left_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTGEN_PRECISION", "auto")  # brought back at the end
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    want("auto")
    assert devices.precision(torch.device("cuda")) == torch.bfloat16
    want("float32")
    assert devices.precision(torch.device("cuda")) == torch.float32


@pytest.mark.usefixtures("_settings")
def test_a_prepared_cpu_is_deterministic_with_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True}, raising=False)
    torch.use_deterministic_algorithms(False)
    devices.prepare(torch.device("cpu"), threads=1)
    described = devices.describe(torch.device("cpu"))
    assert described["threads"] == torch.get_num_threads() == 1
    assert described["deterministic"] is True
    assert described["precision"] == "bfloat16"
    assert described["device"] == "cpu"
    assert not torch.is_deterministic_algorithms_warn_only_enabled()


@pytest.mark.usefixtures("_settings")
def test_an_accelerator_warns_where_it_has_no_deterministic_kernel() -> None:
    devices.prepare(torch.device("cuda"))
    assert torch.are_deterministic_algorithms_enabled()
    assert torch.is_deterministic_algorithms_warn_only_enabled()
