"""The steps that measure."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from reportgen.engine.digest import sealed, unsealed
from reportgen.errors import Interrupted
from reportgen.files import write_atomically
from reportgen.references import resolve
from toylib.arithmetic import folded


def load(_, *, numbers, source):
    """The data; ``source`` is where it lies, which is no part of the key."""
    return {"value.json": len(numbers), "numbers.npy": np.array(numbers, dtype=np.int64)}


def train(workspace, *, data, network, epochs, gate=None):
    """Epoch after epoch, each saved; with a ``gate`` it waits until the file is there."""
    forward = resolve(network)().forward
    checkpoint = workspace.partial / "checkpoint.json"
    try:
        state = unsealed(checkpoint.read_text())
    except (FileNotFoundError, ValueError):
        state = {"epoch": 0, "weight": 1}
    total = int(data.array("numbers.npy").sum())
    workspace.provenance["resumed"] = state["epoch"] > 0
    while state["epoch"] < epochs:
        state = {
            "epoch": state["epoch"] + 1,
            "weight": folded(forward(state["weight"]) + total),
        }
        write_atomically(checkpoint, sealed(state))
        workspace.note_progress(epoch=state["epoch"])
        workspace.report({"event": "epoch", "epoch": state["epoch"]})
        while gate and not Path(gate).exists() and not workspace.stopped():
            time.sleep(0.01)
        if workspace.stopped():
            raise Interrupted(f"saved in epoch {state['epoch']}")
    (workspace.folder / "weights.bin").write_bytes(str(state["weight"]).encode() * 50)
    return {"value.json": state["weight"]}


def score(_, *, training, data, scale):
    """Rounded, so that different weights may give the same scores."""
    weights = training.path("weights.bin").read_bytes()
    return {"value.json": [len(weights) // scale, data.json(), training.json() // scale]}


def collect(_, **inputs):
    """Everything in one value."""
    return {"value.json": {name: artifact.json() for name, artifact in sorted(inputs.items())}}


def fail(_, *, how, **inputs):
    """A step that goes wrong."""
    if how == "interrupted":
        raise KeyboardInterrupt
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "memory":
        raise MemoryError
    if how == "nan":
        return {"value.json": float("nan")}
    raise ValueError(how)


def remember_settings(seen):
    """A worker's set-up."""
    os.environ["TOY_SETUP"] = str(seen)


def tell_setup(_):
    """What the set-up left, and in which process."""
    return {"value.json": os.environ.get("TOY_SETUP"), "pid.txt": str(os.getpid())}


def note_jobs(file):
    """A set-up that looks back at each job."""

    def done():
        with Path(file).open("a") as stream:
            stream.write("done\n")

    return done
