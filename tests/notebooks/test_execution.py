"""Executing cells in a real kernel: its place, its end, its failures."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from reportgen.engine.stopwatch import Stopwatch
from reportgen.engine.work import Workspace
from reportgen.errors import Interrupted, RunError, SubmissionError
from reportgen.notebooks.execution import OUTPUTS, execute, without_folders


def run(folder: Path, *cells: str, expected: Any = None, stopped: Any = lambda: False) -> Any:
    workspace = Workspace("k" * 64, folder, folder, lambda _: None, stopped, Stopwatch(folder))
    arguments: dict[str, Any] = {"threads": 3, "folder": str(folder), "device": "cpu"}
    made = execute(workspace, cells=cells, expected=expected or {}, **arguments)
    assert workspace.provenance["threads"] == 3, "the kernel's, whatever the worker has"
    return made[OUTPUTS]


def test_cells_share_a_kernel_of_this_python_beside_the_data(tmp_path: Path) -> None:
    (tmp_path / "datos").mkdir()
    outputs = run(
        tmp_path,
        "import os, sys\nx = 20",
        "from pathlib import Path\nprint(Path(os.environ['DATA_ROOT']).is_dir())\n"
        f"print(os.path.samefile(sys.executable, {sys.executable!r}), "
        f"os.path.samefile('.', {str(tmp_path)!r}), x)\n"
        "print(os.environ['OMP_NUM_THREADS'])",
        "print(f'loss = {x / 8}')",
        expected={"loss": 2.5},
    )
    (output,) = outputs[1]
    assert output["text"] == "True\nTrue True 20\n3\n"
    assert not outputs[0]


def test_other_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"loss is 0\.25, in the report 0\.26"):
        run(tmp_path, "print('loss = 0.25')", expected={"loss": 0.26})


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="code cell 2 failed: ZeroDivisionError"):
        run(tmp_path, "x = 0", "1 / x", "print('never')")


def test_a_kernel_that_dies_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="kernel died"):
        run(tmp_path, "import os\nos._exit(1)", "print('never')")


def test_when_asked_to_stop_it_ends_the_kernel_inside_a_cell(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    waiting = f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    with pytest.raises(Interrupted):
        run(tmp_path, waiting, stopped=lambda: mark.is_file() and mark.stat().st_size > 0)
    kernel = int(mark.read_text())
    for _ in range(100):
        try:
            os.kill(kernel, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the kernel lives on")


def test_warnings_lose_the_folders_of_this_machine(tmp_path: Path) -> None:
    library = f"{sys.prefix}/lib/python3.11/site-packages/torch/nn/functional.py:12: Warning"
    own = f"{tmp_path}/datos/a.png and {Path.home()}/b.txt, see https://example.org/home/x"
    assert without_folders(library, tmp_path) == "torch/nn/functional.py:12: Warning"
    expected = "datos/a.png and b.txt, see https://example.org/home/x"
    assert without_folders(own, tmp_path) == expected
