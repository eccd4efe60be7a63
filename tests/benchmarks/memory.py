"""The memory that a training holds at most, at one and at four times the images."""

from __future__ import annotations

from reportgen.lab.machine import MALLOC
from tests.benchmarks.harness import Benchmark, Numbers, Side

_HERE = __name__
_IMAGES = 5_000


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    return [
        Benchmark(
            "memory",
            f"memory of a process that trains on {4 * _IMAGES:,} images of 64 pixels against one"
            f" with {_IMAGES:,}, without augmentation: the part that isn't the mapped file",
            Side("4×", f"{_HERE}:trained", {"images": 4 * _IMAGES}, MALLOC),
            [Side("1×", f"{_HERE}:trained", {"images": _IMAGES}, MALLOC)],
            goal=0.95,
            unit="MB",
            rounds=2,
        )
    ]


def trained(images: int) -> Numbers:
    """Train a small network for an epoch on a mapped file; the peak of anonymous memory.

    Pages of the mapped file count as resident while there is room and go when there isn't, so
    they are told beside it (``resident``).
    """
    import resource
    import tempfile
    import threading
    from pathlib import Path

    import numpy as np
    from torch import nn

    from reportgen.learning import device as devices
    from reportgen.learning.training import TrainingOptions, train

    device = devices.choose("cpu")
    devices.prepare(device)
    most = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.05):
            most = max(most, _anonymous())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "images.npy")
        stored = np.lib.format.open_memmap(path, "w+", np.uint8, (images, 64, 64, 3))
        noise = np.random.default_rng(0).integers(0, 256, stored.shape[1:], dtype=np.uint8)
        for start in range(0, images, 1000):
            stored[start : start + 1000] = noise
        stored.flush()
        del stored
        mapped = np.load(path, mmap_mode="r")
        labels = np.arange(images) % 10
        watcher = threading.Thread(target=watch)
        watcher.start()
        train(
            lambda: nn.Sequential(nn.AvgPool2d(16), nn.Flatten(), nn.Linear(48, 10)),
            (mapped, labels),
            (mapped[:1000], labels[:1000]),
            options=TrainingOptions(epochs=1),
            device=device,
            folder=Path(folder),
            key="benchmark",
            report=lambda event: None,
            stop=lambda: False,
        )
        done.set()
        watcher.join()
    return {
        "value": most / 1024,
        "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _anonymous() -> int:
    """Kilobytes that no file backs; of /proc, so on Linux alone."""
    from pathlib import Path

    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("RssAnon")))
