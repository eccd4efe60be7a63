"""The last wall around untrusted templates: what the child process may never do."""

from __future__ import annotations

import os
import site
import sysconfig
from pathlib import Path
from typing import Any

_NEVER = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn")
_NEVER_EXACTLY = {"os.system", "os.startfile", "pty.spawn"}
_WRITES = {
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime",
}  # fmt: skip
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """An audit hook that lets a process read some folders, write one, and reach nothing else.

    Sandbox and fetcher already refuse whatever a template tries; this holds if one of them is
    ever found wanting. Installed by ``sys.addaudithook``, it can't be taken away again.

    Args:
        writable: the only folder in which files may be made or changed.
    """

    def __init__(self, writable: Path) -> None:
        self.readable: tuple[Path, ...] = ()
        self._writable = writable.resolve()
        self._code = _code_folders()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_NEVER) or event in _NEVER_EXACTLY:
            raise PermissionError(f"a page may not do this: {event}")
        if event == "open":
            path, _, flags = arguments
            self._check(path, writing=bool(flags & _WRITING_FLAGS))
        elif event in _WRITES:
            for path in arguments[:2]:  # a rename has two
                self._check(path, writing=True)

    def _check(self, path: Any, *, writing: bool) -> None:
        if isinstance(path, int):
            return  # a file that is open already, or a mode
        real = Path(os.path.realpath(os.fsdecode(path)))
        if real.is_relative_to(self._writable):
            return
        if not writing and any(real.is_relative_to(f) for f in (*self.readable, *self._code)):
            return
        raise PermissionError(f"a page may not {'write' if writing else 'read'} {real}")


def _code_folders() -> tuple[Path, ...]:
    """Where Python and its packages lie: modules are still imported while a page is made."""
    paths = sysconfig.get_paths()
    names = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    names.append(site.getusersitepackages())
    package = Path(__file__).parents[1]
    return tuple({Path(name).resolve() for name in (*names, *site.getsitepackages(), str(package))})
