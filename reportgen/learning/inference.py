"""What a trained network answers, what its layers hold, how big it is."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from reportgen.errors import UsageError
from reportgen.learning import device as devices
from reportgen.learning.loop import at_once, predict
from reportgen.learning.memory import as_tensor, explained

Floats = NDArray[np.float32]


def logits(
    model: nn.Module,
    images: NDArray[np.uint8],
    preprocess: nn.Module,
    *,
    device: torch.device,
) -> Floats:
    """The network's answers (N, classes) to images (N, H, W, C), as a training here evaluates."""
    batches = [batch.cpu().numpy() for batch in _forward(model, images, preprocess, device)]
    return np.concatenate(batches)


def activations(
    model: nn.Module,
    images: NDArray[np.uint8],
    layers: Sequence[str],
    preprocess: nn.Module,
    *,
    device: torch.device,
    pool: int | None = None,
) -> dict[str, Floats]:
    """What the named layers (``model.get_submodule`` names) put out: (N, D) for each.

    ``pool`` averages feature maps larger than ``pool`` pixels down to it before flattening.

    Raises:
        UsageError: the network has no layer of that name, or it puts out more or less than one row
            for each image.
    """
    found: dict[str, Floats] = {}
    filled = dict.fromkeys(layers, 0)

    def keep(layer: str, output: Tensor) -> None:
        output = output.float()
        if pool is not None and output.ndim == 4 and output.shape[-1] > pool:
            output = pooled(output, pool)
        rows = output.flatten(1).cpu().numpy()
        if layer not in found:
            found[layer] = np.empty((len(images), rows.shape[1]), np.float32)
        place = found[layer][filled[layer] :][: len(rows)]
        if place.shape != rows.shape:
            raise _uneven(model, layer)
        place[:] = rows  # copied at once: an in-place activation behind would write over them
        filled[layer] += len(rows)

    with _hooked(model, layers, keep):
        for _ in _forward(model, images, preprocess, device):
            pass
    for layer, count in filled.items():
        if count < len(images):
            raise _uneven(model, layer)
    return {layer: found[layer] for layer in layers}


def pooled(maps: Tensor, side: int) -> Tensor:
    """Feature maps (N, C, H, W) averaged down to ``side`` pixels."""
    # Metal has it for sides that divide those of the maps alone.
    return F.adaptive_avg_pool2d(maps.cpu() if maps.device.type == "mps" else maps, side)


def trainable_parameters(model: nn.Module) -> list[dict[str, Any]]:
    """The layers that hold trainable parameters, in order: {layer, kind, parameters}."""
    layers = []
    for name, module in model.named_modules():
        own = module.parameters(recurse=False)
        count = sum(parameter.numel() for parameter in own if parameter.requires_grad)
        if count:
            layers.append({"layer": name, "kind": type(module).__name__, "parameters": count})
    return layers


def flops(model: nn.Module, shape: tuple[int, int, int]) -> int:
    """Floating-point operations (a multiplication and an addition count as two) of one forward
    pass for one image of ``shape`` (C, H, W); counted on shapes alone, nothing is computed."""
    shadow = copy.deepcopy(model).to("meta").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        shadow(torch.empty(1, *shape, device="meta"))
    return int(counter.get_total_flops())


def activations_kept(model: nn.Module, shape: tuple[int, int, int]) -> int:
    """Bytes that autograd keeps of one image of ``shape`` (C, H, W) to go back through the network,
    its parameters left out; counted on shapes alone, nothing is computed."""
    shadow = copy.deepcopy(model).to("meta").eval()  # a network may do in training what meta can't
    parameters = {parameter.untyped_storage()._cdata for parameter in shadow.parameters()}
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        shadow(torch.empty(1, *shape, device="meta"))
    sizes = {name: tensor.untyped_storage().nbytes() for name, tensor in kept.items()}
    return sum(size for name, size in sizes.items() if name not in parameters)


def _uneven(model: nn.Module, layer: str) -> UsageError:
    return UsageError(
        f"the layer {layer!r} of the network {type(model).__name__} doesn't put out one row for "
        "each image",
        hint="name a layer that its forward calls once",
    )


def _forward(
    model: nn.Module,
    images: NDArray[np.uint8],
    preprocess: nn.Module,
    device: torch.device,
) -> Iterator[Tensor]:
    model = model.to(device).to(memory_format=devices.layout(device))
    dtype = devices.precision(device)
    pictures = as_tensor(images)
    with explained():
        yield from predict(
            model, pictures, preprocess.to(device), device, at_once(pictures, device), dtype
        )


@contextmanager
def _hooked(
    model: nn.Module, layers: Sequence[str], keep: Callable[[str, Tensor], None]
) -> Iterator[None]:
    modules = dict(model.named_modules())
    with ExitStack() as hooks:
        for layer in layers:
            if layer not in modules:
                near = difflib.get_close_matches(layer, modules, n=1) or list(modules)[-1:]
                raise UsageError(
                    f"the network {type(model).__name__} has no layer {layer!r}",
                    hint=f"did you mean {near[0]!r}?",
                )
            handle = modules[layer].register_forward_hook(
                lambda _module, _inputs, output, layer=layer: keep(layer, output)
            )
            hooks.callback(handle.remove)
        yield
