"""The only way from a document to a file: images and styles below the folders it may read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint.urls import (
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

# What a page is made of. Nothing else below the folders is any of a template's business.
TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".css": "text/css",
}


# WeasyPrint carries no types, so that its classes are of any kind to mypy.
class FetchRefusedError(FatalURLFetchingError):  # type: ignore[misc]
    """An address that the document may not open, or that leads nowhere.

    WeasyPrint would only log an ordinary error, and the picture would be missing from the PDF.

    Attributes:
        url: the address.
        reason: why it isn't opened.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{reason}: {url}")
        self.url = url
        self.reason = reason


class ReadableFolders(URLFetcher):  # type: ignore[misc] # as above
    """Opens picture and style files below ``folders``, by real path, and pictures in ``data:``.

    A relative address is searched below each folder in turn; :attr:`base` is the address that
    makes them so.
    """

    def __init__(self, folders: list[Path]) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
        self._folders = [folder.resolve() for folder in folders]

    @property
    def base(self) -> str:
        """The document's own address: the first folder."""
        return self._folders[0].as_uri() + "/"

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The content behind ``url``.

        Raises:
            FetchRefusedError: the address isn't allowed, or no such file is there.
        """
        parts = urlsplit(url)
        if parts.scheme == "data":
            # A font in an address would stay in the font configuration for the next page too.
            if not parts.path.startswith("image/"):
                raise FetchRefusedError(url[:40], "an address that is data can only be a picture")
            return super().fetch(url, headers)
        if parts.scheme != "file" or parts.netloc:
            raise FetchRefusedError(url, "a page opens only files of its own project")
        path = self._find(url, Path(unquote(parts.path)))
        if path.suffix.lower() not in TYPES:
            raise FetchRefusedError(url, "a page shows only SVG, PNG and JPEG pictures")
        headers = {"Content-Type": TYPES[path.suffix.lower()]}
        return URLFetcherResponse(path.as_uri(), path.read_bytes(), headers)

    def _find(self, url: str, path: Path) -> Path:
        first = self._folders[0]
        candidates = [path]
        if path.is_relative_to(first):
            candidates += [folder / path.relative_to(first) for folder in self._folders[1:]]
        for candidate in candidates:
            real = candidate.resolve()
            if real.is_file():
                if any(real.is_relative_to(folder) for folder in self._folders):
                    return real
                raise FetchRefusedError(url, "the file lies outside the project's folders")
        if not any(path.resolve().is_relative_to(folder) for folder in self._folders):
            # The same words whether the file is there or not: a page can't probe the disk.
            raise FetchRefusedError(url, "the file lies outside the project's folders")
        raise FetchRefusedError(url, "there is no such file")
