"""What a network's layers put out, in the plane."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from reportgen.analysis.tsne import COMPONENTS
from reportgen.learning.loop import predict


def layer_outputs(
    model: nn.Module,
    layers: list[str],
    images: Tensor,
    preprocess: nn.Module,
    device: torch.device,
    dtype: torch.dtype,
) -> dict[str, NDArray[np.float32]]:
    """What the named layers put out for each image, (N, D) a layer."""
    found: dict[str, list[NDArray[np.float32]]] = {layer: [] for layer in layers}
    hooks = [
        model.get_submodule(layer).register_forward_hook(
            lambda _module, _inputs, output, layer=layer: found[layer].append(
                output.float().flatten(1).cpu().numpy().copy()
            )
        )
        for layer in layers
    ]
    for _ in predict(model, images, preprocess, device, 64, dtype):
        pass
    for hook in hooks:
        hook.remove()
    return {layer: np.concatenate(batches) for layer, batches in found.items()}


def tsne(
    features: NDArray[np.float32], perplexity: float, seed: int
) -> tuple[NDArray[np.float32], float]:
    """Points in the plane (N, 2), and the divergence that t-SNE reached.

    Over 50 dimensions PCA comes first (L. van der Maaten, G. Hinton: Visualizing data using
    t-SNE, JMLR 9, 2008). One thread: another number moves the points by rounding.
    """
    with threadpool_limits(1):
        if features.shape[1] > COMPONENTS:
            features = PCA(min(COMPONENTS, len(features)), random_state=seed).fit_transform(
                features
            )
        method = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1)
        points = method.fit_transform(features)
    return points, float(method.kl_divergence_)
