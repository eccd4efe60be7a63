"""The server of the live page, from its first request to Ctrl-C."""

from __future__ import annotations

import asyncio
import multiprocessing
import secrets
import socket
import time
from collections.abc import Callable
from types import FrameType

import uvicorn

from reportgen.engine.store import Store
from reportgen.preview.board import Board
from reportgen.preview.desk import Desk
from reportgen.preview.reading import Source
from reportgen.preview.site import Guard, Site
from reportgen.preview.steps import Steps
from reportgen.preview.watcher import watch
from reportgen.project import Project
from reportgen.report.renderer import Renderer

HOST = "127.0.0.1"


def serve(project: Project, source: Source, announce: Callable[[str], None]) -> None:
    """Serve the live page until Ctrl-C or SIGTERM, which is raised again when all is tidy.

    Args:
        project: whose files are watched.
        source: gives the report.
        announce: told the address once it answers.
    """
    with Renderer() as page, Renderer() as review, socket.create_server((HOST, 0)) as listener:
        asyncio.run(_serve(project, source, announce, page, review, listener))
    # In the background Python may ignore Ctrl-C once the server no longer takes it.
    raise KeyboardInterrupt


async def _serve(
    project: Project,
    source: Source,
    announce: Callable[[str], None],
    page: Renderer,
    review: Renderer,
    listener: socket.socket,
) -> None:
    board, stop = Board(), asyncio.Event()
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    desk = Desk(source, board, Steps(Store(project.store), since), page, review)
    token, port = secrets.token_urlsafe(24), listener.getsockname()[1]
    app = Guard(Site(desk, board, source.build, token).app, port, token)
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
        ws="none",
    )
    loop = asyncio.get_running_loop()
    server = _Server(config, lambda: loop.call_soon_threadsafe(board.close))
    work = [watch(project, source.templates, desk.tell, stop)]
    work += [desk.write(), desk.check(), desk.pulse(), desk.print()]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
        announce(f"http://{HOST}:{port}/{token}/")
        try:
            await server.serve(sockets=[listener])
        finally:
            stop.set()
            for task in tasks:
                task.cancel()
            for child in multiprocessing.active_children():
                child.kill()  # a page that nobody waits for any more


class _Server(uvicorn.Server):
    """A server that ends its open streams when it is asked to stop."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_exit()
        super().handle_exit(sig, frame)
