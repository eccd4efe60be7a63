"""Files over https: resumable, and held to a pinned digest before anybody opens them."""

from __future__ import annotations

import fcntl
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data.fingerprint import file_digest
from reportgen.data.sets import RemoteFile
from reportgen.errors import DataError, Place
from reportgen.files import disk_full_explained, sync_folder

if TYPE_CHECKING:
    import requests

Report = Callable[[str, int, int], None]
"""Called with a file's name, the bytes that are there, and the bytes that it has."""

_CONNECT, _READ = 5.0, 30.0  # seconds
_CHUNK = 1 << 18  # bytes


def fetch_file(file: RemoteFile, folder: Path, report: Report) -> Path:
    """Download ``file`` into ``folder`` unless it is there; a stopped download goes on.

    The file has its name only when it is whole and has the pinned digest.

    Raises:
        DataError: it can't be had, or it isn't the file that was pinned.
        DiskFullError: it doesn't fit.
    """
    destination = folder / file.name
    if destination.is_file():
        return destination
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{file.name}.part"
    with disk_full_explained(destination, file.size), _alone(folder):
        if destination.is_file():  # another run was downloading it, and has finished
            return destination
        resumed = part.exists()
        _complete(file, part, report)
        if resumed and not _is_right(file, part):  # what was there was no part of this file
            part.unlink()
            _complete(file, part, report)
        if not _is_right(file, part):
            part.unlink()
            raise DataError(
                f"{file.url} is not the file that is pinned: its {_algorithm(file)} differs",
                place=Place(destination),
                hint="nothing of it was kept; try again later, or from another network",
            )
        part.replace(destination)
        sync_folder(folder)
    return destination


def unreachable(addresses: Mapping[str, str], seconds: float) -> dict[str, str]:
    """Ask all addresses (name → url) at once; name → reason for those that can't be had."""
    answers: queue.Queue[tuple[str, str]] = queue.Queue()

    def ask(name: str, url: str) -> None:
        answers.put((name, _refusal(url, seconds)))

    for name, url in addresses.items():
        # A name server that is silent outlasts any timeout: such a thread must not be waited for.
        threading.Thread(target=ask, args=(name, url), daemon=True).start()
    reasons = dict.fromkeys(addresses, f"no answer within {seconds:g} s")
    end = time.monotonic() + seconds
    for _ in addresses:
        try:
            name, reason = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        reasons[name] = reason
    return {name: reason for name, reason in reasons.items() if reason}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process downloads into ``folder``; a killed one holds nothing."""
    with (folder / ".lock").open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _complete(file: RemoteFile, part: Path, report: Report) -> None:
    """Receive what ``part`` lacks, in as many connections as it takes while each brings more."""
    import requests
    import urllib3

    with _session() as session:
        while True:
            before = _size(part)
            try:
                return _receive(session, file, part, report)
            except requests.HTTPError as error:
                raise _unobtainable(file, f"the server says {error.args[0]}") from error
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                if _size(part) <= before:
                    raise _unobtainable(file, _reason(error), _size(part)) from error


def _receive(session: requests.Session, file: RemoteFile, part: Path, report: Report) -> None:
    have = _size(part)
    # Compressed files are wanted as they are, not as a helpful server might unpack them.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with session.get(file.url, headers=headers, stream=True, timeout=(_CONNECT, _READ)) as response:
        if response.status_code == 416:  # nothing is left to send: whole, or another file
            return
        response.raise_for_status()
        if response.status_code != 206:
            have = 0
        total = have + int(response.headers.get("Content-Length", file.size - have))
        with part.open("ab" if have else "wb") as stream:
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                stream.write(chunk)
                have += len(chunk)
                report(file.name, have, total)
            stream.flush()
            os.fsync(stream.fileno())


def _session() -> requests.Session:
    """A session that knows https only, also where a server redirects to."""
    import requests

    session = requests.Session()
    session.adapters.pop("http://")
    return session


def _refusal(url: str, seconds: float) -> str:
    """Why ``url`` can't be had; empty if it can."""
    import requests

    try:
        with _session() as session:
            answer = session.head(url, allow_redirects=True, timeout=seconds)
    except requests.RequestException as error:
        return _reason(error)
    return "" if answer.ok else f"the server says {answer.status_code} {answer.reason}"


def _reason(error: Exception) -> str:
    """The cause in few words: libraries wrap it several times over."""
    import requests

    if isinstance(error, requests.exceptions.InvalidSchema):
        return "only https is allowed"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate can't be verified"
    if isinstance(error, requests.Timeout):
        return "the server doesn't answer"
    if isinstance(error, requests.ConnectionError) and not isinstance(
        error, requests.exceptions.ChunkedEncodingError
    ):
        return "the server can't be reached"
    return "the connection broke off"


def _unobtainable(file: RemoteFile, why: str, have: int = 0) -> DataError:
    kept = f" ({have / 1e6:.1f} of {file.size / 1e6:.1f} MB are here)" if have else ""
    return DataError(
        f"{file.url} can't be downloaded: {why}{kept}",
        hint="run again once the network is back: it goes on where it stopped",
    )


def _algorithm(file: RemoteFile) -> str:
    return file.digest.split(":")[0]


def _is_right(file: RemoteFile, path: Path) -> bool:
    """Whether the file has the pinned digest, or begins with the digits that are known of it."""
    return f"{_algorithm(file)}:{file_digest(path, _algorithm(file))}".startswith(file.digest)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
