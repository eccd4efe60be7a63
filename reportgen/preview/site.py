"""The addresses of the live page, and who may open them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from reportgen.fonts import font_faces
from reportgen.preview import paper
from reportgen.preview.board import Board
from reportgen.preview.desk import Desk
from reportgen.report.values import matching

MOST_VALUES = 200
_PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
_STATIC = {
    "": ("index.html", "text/html; charset=utf-8"),
    "preview.css": ("preview.css", "text/css; charset=utf-8"),
    "preview.js": ("preview.js", "text/javascript; charset=utf-8"),
}
# The report's templates are not trusted: in their frame nothing runs and nothing is fetched from
# elsewhere.
_SHELL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAPER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)


class Site:
    """What the live page is served from.

    Args:
        desk: the page.
        board: the news.
        build: the folder of the figures.
        token: the first part of every address.
    """

    def __init__(self, desk: Desk, board: Board, build: Path, token: str) -> None:
        self._desk = desk
        self._board = board
        self._build = build
        routes = [
            *(Route(f"/{path}", self._static) for path in _STATIC),
            Route("/page", self._page),
            Route("/news", self._news),
            Route("/values", self._values),
            Route("/pdf/{name}", self._pdf),
            Route("/fonts/{number:int}", self._font),
            Route("/{path:path}", self._picture),
        ]
        self.app = Starlette(routes=[Mount(f"/{token}", routes=routes)])

    async def _static(self, request: Request) -> Response:
        name, kind = _STATIC[request.url.path.rpartition("/")[2]]
        content = (files("reportgen.preview") / "static" / name).read_bytes()
        return _answer(content, kind, policy=_SHELL_POLICY)

    async def _page(self, _: Request) -> Response:
        html = paper.on_screen(self._desk.html, self._version)
        return _answer(html.encode(), "text/html; charset=utf-8", policy=_PAPER_POLICY)

    async def _news(self, request: Request) -> Response:
        last = request.headers.get("last-event-id", "")
        stream = self._board.stream(int(last) if last.isdecimal() else 0)
        return StreamingResponse(stream, media_type="text/event-stream", headers=_headers())

    async def _values(self, request: Request) -> Response:
        reading, pattern = self._desk.reading, request.query_params.get("pattern", "")
        known = reading.manuscript.values if reading else []
        found = matching(known, pattern)
        shown = [one for one in found if "[" in pattern or not one.is_behind]
        listed = [{"expression": one.expression, "shown": one.shown} for one in shown[:MOST_VALUES]]
        return JSONResponse({"values": listed, "found": len(shown)}, headers=_headers())

    async def _pdf(self, request: Request) -> Response:
        pdf = self._desk.pdf
        if pdf is None or pdf.name != request.path_params["name"] or not pdf.is_file():
            return PlainTextResponse("there is no PDF yet", 404, headers=_headers())
        return FileResponse(pdf, media_type="application/pdf", headers=_headers())

    def _font(self, request: Request) -> Response:
        faces, number = font_faces(), request.path_params["number"]
        if number >= len(faces):
            return PlainTextResponse("there is no such font", 404, headers=_headers())
        return _answer(faces[number].path.read_bytes(), "font/ttf", seconds=86_400)

    def _picture(self, request: Request) -> Response:
        path = self._file(request.path_params["path"])
        if path is None:
            return PlainTextResponse("there is no such picture", 404, headers=_headers())
        content = path.read_bytes()
        if path.suffix == ".svg":
            content = paper.with_fonts(content.decode(errors="replace")).encode()
        return _answer(content, _PICTURES[path.suffix], policy=_PAPER_POLICY, seconds=86_400)

    def _file(self, name: str) -> Path | None:
        """The picture that the page calls ``name``, by the same rule as for the PDF."""
        if self._desk.reading is None:
            return None
        for folder in (self._build, *self._desk.reading.manuscript.templates):
            path = (folder / name).resolve()
            if (
                path.is_relative_to(folder.resolve())
                and path.suffix in _PICTURES
                and path.is_file()
            ):
                return path
        return None

    def _version(self, name: str) -> str:
        path = self._file(name)
        return f"{path.stat().st_mtime_ns:x}" if path else "0"


class Guard:
    """Lets in requests for the address that was given out, from pages of that address.

    A page of another site can send requests to this machine, and a name of its own can be made to
    mean this machine: neither knows the token, and both give themselves away by their headers.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 or 405, or pass on."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        if refusal := self._refusal(scope, headers):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        origin = headers.get("origin")
        first = scope["path"].split("/", 2)[1]
        allowed = (
            headers.get("host") in self._hosts
            and (origin is None or origin.removeprefix("http://") in self._hosts)
            and secrets.compare_digest(first.encode(), self._token.encode())
        )
        if not allowed:
            return PlainTextResponse(
                "open the address that `reportgen watch` printed\n", 403, headers=_headers()
            )
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("nothing can be changed here\n", 405, headers=_headers())
        return None


def _answer(content: bytes, kind: str, *, policy: str = "", seconds: int = 0) -> Response:
    headers = _headers(seconds)
    if policy:
        headers["content-security-policy"] = policy
    return Response(content, media_type=kind, headers=headers)


def _headers(seconds: int = 0) -> dict[str, str]:
    """What every answer carries; ``seconds``: how long it may be kept."""
    return {
        "cache-control": f"private, max-age={seconds}" if seconds else "no-store",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
