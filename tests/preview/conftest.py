"""A real project served by the real command, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tiny import NAME, TinyReport

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Live:
    """A running ``reportgen watch``."""

    root: Path
    process: subprocess.Popen[str]
    url: str

    def comment(self, name: str) -> Path:
        """The file of an answer."""
        return self.root / "templates" / "comentarios" / f"{name}.md"


def watch(root: Path) -> Live:
    """Start the command in ``root`` and wait for its address."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "reportgen", "watch", "--name", NAME],
        cwd=root,
        env={**os.environ, "REPORTGEN_DATA_ROOT": "", "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("the report: "):
        process.kill()
        raise AssertionError(f"{line}{process.communicate()[1]}")
    return Live(root, process, line.split()[-1])


def end(live: Live, number: signal.Signals = signal.SIGINT) -> int:
    """Stop the command as a person would; returns its exit code."""
    live.process.send_signal(number)
    live.process.communicate(timeout=60)
    return live.process.returncode


@pytest.fixture(scope="module")
def live(tiny: TinyReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The command at work on a copy of the tiny report."""
    served = watch(tiny.copied_to(tmp_path_factory.mktemp("live") / "project"))
    yield served
    end(served)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("there is no Chromium here (apt-get install chromium)")
    with playwright.sync_playwright() as started:
        # Chromium has no sandbox for root, who runs the tests in a container.
        browser = started.chromium.launch(
            executable_path=program, chromium_sandbox=os.getuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture
def said() -> list[str]:
    """What the page's console says; at the end of a test it must be empty."""
    return []


@pytest.fixture
def page(browser: Browser, live: Live, said: list[str]) -> Iterator[Page]:
    """The live page, loaded."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(live.url)
    page.frame_locator("#paper").locator("#preg-1_1_tsne").wait_for()
    page.locator("#questions button").first.wait_for()
    paper = page.locator("#paper").element_handle().content_frame()
    assert paper is not None
    paper.wait_for_load_state("load")  # its figures and fonts: they move what is below them
    paper.evaluate("document.fonts.ready.then(() => true)")
    yield page
    context.close()
    assert said == []
