"""The step that executes a notebook's code cells, in order, and holds its numbers to the report."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.errors import Interrupted, RunError, SubmissionError
from reportgen.notebooks.comparison import differences, printed

if TYPE_CHECKING:
    from reportgen.engine.artifact import Artifact
    from reportgen.engine.contents import Contents
    from reportgen.engine.work import Workspace

OUTPUTS = "outputs.json"

_PAUSE = 0.5
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def execute(
    workspace: Workspace,
    *,
    cells: Sequence[str],
    expected: Mapping[str, Any],
    threads: int,
    folder: str,
    device: str,
    **inputs: Artifact,  # noqa: ARG001 - keyed: what the cells read from the folder
) -> Contents:
    """``outputs.json``: each cell's outputs, from a kernel of this very Python.

    Args:
        cells: the code; the last one prints the numbers to compare.
        expected: the report's numbers.
        threads: for the kernel's libraries.
        folder: where the notebook stands: the kernel's working directory.
        device: where torch computes.

    Raises:
        RunError: a cell failed.
        SubmissionError: the numbers aren't the report's.
        Interrupted: it was asked to stop; nothing of a notebook is kept.
    """
    workspace.provenance["threads"] = threads  # the kernel's, not this process's
    name = workspace.key[:8]
    with tempfile.TemporaryDirectory(prefix="reportgen-kernel-") as scratch:
        environment = {
            **os.environ,
            **dict.fromkeys(_THREAD_VARIABLES, str(threads)),
            "OMP_WAIT_POLICY": "PASSIVE",  # kernels run side by side, with a report's threads each
            "DATA_ROOT": "datos",
            "DEVICE": device,
            "IPYTHONDIR": scratch,
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        # In a thread: in the main one the library would take the process's signals.
        with ThreadPoolExecutor(1, f"notebook-{name}") as pool:
            running = _run(cells, Path(folder), environment, Path(scratch), workspace.stopped)
            outputs = pool.submit(asyncio.run, running).result()
    found = printed(_text(outputs[-1]))
    if differing := differences(expected, found):
        raise SubmissionError(
            f"the notebook's numbers aren't the report's: {'; '.join(differing[:3])}",
            hint="they agree on the machine, the device, its precision and the library versions "
            "that the report was measured with: run `reportgen build --fresh` here and then this "
            "command, or take the notebooks from where the report was built",
        )
    return {OUTPUTS: outputs}


async def _run(
    cells: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    scratch: Path,
    stopped: Callable[[], bool],
) -> list[list[dict[str, Any]]]:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from nbformat import v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    # Without folders to search, "python3" is the kernel of this Python and of no other.
    specs = KernelSpecManager(kernel_dirs=[])
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=specs,
        connection_file=str(scratch / "kernel.json"),
        transport="ipc",  # sockets in a folder that is ours alone, no port
    )
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=None,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    )
    running = asyncio.ensure_future(client.async_execute(cleanup_kc=True, env=dict(environment)))
    try:
        while not running.done():
            await asyncio.wait({running}, timeout=_PAUSE)
            if stopped() and not running.done():
                raise Interrupted("stopped: a notebook begins anew the next time")
        await running
    except CellExecutionError as error:
        count = sum(cell.execution_count is not None for cell in notebook.cells)
        raise RunError(
            f"the notebook's code cell {count} failed: {error.ename}: {error.evalue}",
            hint="its code is the experiments' own; run `reportgen build` to see that they work",
        ) from error
    except DeadKernelError as error:
        raise RunError(
            "the notebook's kernel died, perhaps for want of memory",
            hint="close other programs, or use --set run.workers=1 when building",
        ) from error
    finally:
        if not running.done():
            running.cancel()
            with suppress(asyncio.CancelledError, DeadKernelError):
                await running
    return [[_portable(output, folder) for output in cell.outputs] for cell in notebook.cells]


def _portable(output: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """An output without this machine's folders, which warnings print."""
    plain: dict[str, Any] = {**output}
    if "text" in plain:
        plain["text"] = without_folders(plain["text"], folder)
    if "data" in plain:
        plain["data"] = {
            kind: without_folders(value, folder) if kind == "text/plain" else value
            for kind, value in plain["data"].items()
        }
    return plain


def without_folders(text: str, folder: Path) -> str:
    """``text`` with files named from where libraries or the notebook stand."""
    text = re.sub(r"(?:/[^\s/'\":]+)+/(?:site|dist)-packages/", "", text)
    roots = {folder, Path(sys.prefix), Path(sys.base_prefix), Path(tempfile.gettempdir())}
    for root in sorted(map(str, {*roots, Path.home()}), key=len, reverse=True):
        text = text.replace(f"{root}/", "")
    return text


def _text(outputs: Sequence[Mapping[str, Any]]) -> str:
    return "".join(one["text"] for one in outputs if one.get("name") == "stdout")
