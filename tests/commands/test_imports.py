"""What the command line may import before it has anything to do: all of it is waited for."""

from __future__ import annotations

import subprocess
import sys

ALLOWED = {"click", "reportgen"}
# Of the standard library, what takes milliseconds that a list of commands can do without.
SLOW = {
    *("asyncio", "concurrent", "csv", "logging", "multiprocessing", "ssl", "string", "tempfile"),
    *("unittest", "zoneinfo"),
}


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "before = {name.partition('.')[0] for name in sys.modules}\n"
        "from reportgen.__main__ import _run\n"
        "code = _run(['--help'])\n"
        "names = {name.partition('.')[0] for name in sys.modules} - before\n"
        "print(*(name for name in sys.modules if name.startswith('reportgen.commands.')))\n"
        "print(*sorted(names))\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {name for name in done.stdout.splitlines()[-1].split() if not name.startswith("_")}
    assert "click" in found
    assert found - sys.stdlib_module_names <= ALLOWED
    assert not found & SLOW
    assert done.stdout.splitlines()[-2] == "reportgen.commands.volume"
