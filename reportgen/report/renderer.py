"""The parent's hand on the child that renders: starts it, asks it, stops it when it overdoes."""

from __future__ import annotations

import json
import multiprocessing
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from reportgen.errors import Place, TemplateError
from reportgen.report import child

if TYPE_CHECKING:
    from reportgen.report.review import Review

_HINT = "look for a loop that doesn't end, a text that is repeated, or a very large picture"


@dataclass(frozen=True)
class Limits:
    """What one page may take.

    Attributes:
        memory: bytes of address space.
        cpu: seconds of processor time.
        wall: seconds by the clock.
    """

    memory: int = 2 * 2**30
    cpu: int = 60
    wall: int = 180


class Renderer:
    """Renders and typesets in one child process, which stays warm between requests.

    Templates are not trusted: the child has limits on memory and time, may read only the folders
    that a request names, and reaches no network. A child that had to be stopped is replaced at
    the next request. Use it as a context manager.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def render(self, templates: list[Path], context: Mapping[str, Any]) -> str:
        """The report as HTML; see :func:`reportgen.report.html.render`."""
        return self._ask(task="render", folders=templates, context=context).decode()

    def review(self, templates: list[Path], context: Mapping[str, Any]) -> Review:
        """All mistakes of a page; see :func:`reportgen.report.review.review`."""
        from reportgen.report.review import Review

        answer = self._ask(task="review", folders=templates, context=context)
        mistakes, html, answers = json.loads(answer)
        return Review([(kind, _error(told)) for kind, told in mistakes], html, answers)

    def typeset(self, html: str, *, readable: list[Path], run_id: str, date: date) -> bytes:
        """The PDF of ``html``; see :func:`reportgen.report.pdf.typeset`."""
        return self._ask(task="typeset", folders=readable, html=html, run_id=run_id, date=date)

    def draw(self, figure: Path, width: float, height: float) -> bytes:
        """A figure as a PDF of its own; see :func:`reportgen.report.typesetter.draw`."""
        return self._ask(
            task="draw", folders=[figure.parent], file=figure.name, width=width, height=height
        )

    def place(self, layout: Path, figures: Mapping[str, Path]) -> bytes:
        """The figures' PDFs in the page's; see :func:`reportgen.report.frame.placed`."""
        folders = [file.parent for file in (layout, *figures.values())]
        return self._ask(task="place", folders=folders, layout=layout, figures=figures)

    def close(self) -> None:
        """Stop the child and remove what it wrote."""
        if self._process is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _ask(self, **request: Any) -> bytes:
        self._start(ahead=False)
        assert self._process is not None
        try:
            self._connection.send_bytes(json.dumps(request, default=_plain).encode())
            if not self._connection.poll(self._limits.wall):
                self.close()
                raise TemplateError(f"the page took longer than {self._limits.wall} s", hint=_HINT)
            answer = self._connection.recv_bytes()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            self.close()
            raise TemplateError(self._why(code), hint=_HINT) from None
        kind, content = answer[:1], answer[1:]
        if kind == child.CRASH:
            self.close()
            raise RuntimeError(f"the rendering process failed:\n{content.decode()}")
        if kind == child.ERROR:
            raise _error(json.loads(content))
        return content

    def start(self) -> None:
        """Start the child, which gets ready to typeset while nothing is asked of it."""
        self._start(ahead=True)

    def _start(self, *, ahead: bool) -> None:
        if self._process is not None:
            if self._process.is_alive():
                return
            self.close()  # it waited so long that something else has ended it
        spawn = multiprocessing.get_context("spawn")
        self._folder = tempfile.TemporaryDirectory(prefix="reportgen-page-")
        self._connection, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=child.serve,
            args=(theirs, self._folder.name, self._limits.memory, self._limits.cpu),
            kwargs={"ahead": ahead},
            daemon=True,
        )
        self._process.start()
        theirs.close()

    def _why(self, code: int | None) -> str:
        if code == -signal.SIGXCPU:
            return f"the page took more than {self._limits.cpu} s of processor time"
        # A library that can't have the memory it wants ends the process itself.
        return f"the page could not be made: its process ended ({code}), probably out of memory"


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no plain data")


def _error(report: dict[str, Any]) -> TemplateError:
    place = report.get("place")
    where = Place(Path(place[0]), place[1], place[2]) if place else None
    return TemplateError(report["message"], place=where, hint=report.get("hint"))
