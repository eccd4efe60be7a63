"""The plan, as it is printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.commands.conftest import NAME
from tests.tiny import reportgen


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
