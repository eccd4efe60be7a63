"""The plan, as it is printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from reportgen.commands.planview import show_statuses
from reportgen.engine.plan import State, Status
from reportgen.engine.step import Step
from tests.commands.conftest import NAME
from tests.tiny import reportgen


def test_what_waits_for_many_steps_names_a_few() -> None:
    names = [f"a.{number}" for number in range(7)]
    step = Step("results", "f", code={}, declared="x.py:1")
    for count, told in ((5, "a.0, a.1, a.2, a.3, a.4"), (6, "a.0, a.1, a.2, a.3 and 2 more")):
        status = Status(step, State.PENDING, None, waits_for=tuple(names[:count]))
        console = Console(record=True, width=200)
        show_statuses(console, [status])
        assert f"waits for {told}\n" in console.export_text()


def test_what_a_name_spells_is_printed_as_it_is(project: Path) -> None:
    folder = project / ":cat:[red]"
    noise = np.random.default_rng(0)
    for place in ("train/ant", "train/bee", "val/ant", "val/bee"):
        (folder / place).mkdir(parents=True)
        for index in range(10):
            pixels = noise.integers(0, 256, (28, 28), np.uint8)
            Image.fromarray(pixels).save(folder / place / f"{index}.png")
    settings = f'[datasets.pets]\nfolder = "{folder.name}"\n[line]\ndataset = "pets"\n'
    (project / "reportgen.toml").write_text(settings, encoding="utf-8")
    done = reportgen(project, "build", "--name", NAME, "--data", "real", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"pets: {folder}\n" in done.stdout
