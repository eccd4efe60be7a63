"""From an edit to the new page: against executing notebooks again, and against Typst."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.harness import Benchmark, Numbers, Side, Stopwatch
from tests.benchmarks.projects import (
    NAME,
    REAL,
    SMALL,
    built,
    command,
    with_notebooks,
    with_package,
)

_HERE = __name__
_WARM = 5  # pages set in the warm child, of which the median counts
_COMMENT = Path("templates", "comentarios", "1_1_tsne.md")


def benchmarks(full: bool) -> list[Benchmark]:
    """The rows."""
    size = REAL if full else SMALL
    what = "the real data, 6 epochs in all" if full else "a small report of 7 epochs in all"
    return [
        Benchmark(
            "comment",
            f"a word changed in a comment, `reportgen build` to the new PDF; {what}",
            Side("build", f"{_HERE}:comment", {"size": size}),
            [Side("papermill and nbconvert", f"{_HERE}:papermill")],
            # Of a tiny report's time little is training, which only notebooks do again.
            goal=50 if full else None,
            prepare=lambda: {"project": str(with_notebooks(size))},
            rounds=1 if full else 3,
        ),
        Benchmark(
            "pdf",
            "warm PDF after a changed word: seconds a figure, after one second for the page",
            Side("warm child", f"{_HERE}:pdf_a_figure"),
            goal=0.2,
            prepare=lambda: {"project": str(built())},
        ),
        Benchmark(
            "html",
            "warm HTML",
            Side("warm child", f"{_HERE}:warm_html"),
            goal=0.2,
            prepare=lambda: {"project": str(built())},
        ),
        Benchmark(
            "html_nbconvert",
            "warm HTML against nbconvert's export of the executed notebooks",
            Side("warm child", f"{_HERE}:warm_html"),
            [Side("nbconvert", f"{_HERE}:nbconvert_html")],
            prepare=lambda: {"project": str(with_notebooks())},
        ),
        Benchmark(
            "pdf_typst",
            "warm PDF, all anew, against Typst with the same words and figures",
            Side("warm child", f"{_HERE}:new_pdf"),
            [Side("Typst", f"{_HERE}:typst_pdf")],
            prepare=lambda: {"project": str(built())},
        ),
        Benchmark(
            "colour",
            "the colour of the training curves changed, `reportgen build` to the new PDF",
            Side("build", f"{_HERE}:colour"),
            goal=6.0,
            prepare=lambda: {"project": str(with_package())},
        ),
        Benchmark(
            "colours",
            "a colour of all figures changed, `reportgen build` to the new PDF",
            Side("build", f"{_HERE}:colours"),
            prepare=lambda: {"project": str(with_package())},
        ),
    ]


def comment(project: str, size: list[str]) -> Numbers:
    """A new word, then the command from its start."""
    path = Path(project, _COMMENT)
    path.write_text(f"{path.read_text('utf-8')}\nPalabra {time.time_ns()}.\n", "utf-8")
    return _built(Path(project), size)


def colour(project: str) -> Numbers:
    """Another blue in the curves of loss and accuracy, then the command from its start."""
    return _painted(
        Path(project), "curves.py", r'("validation": .*"color": )(?:style\.BLUE|"#\w{6}")'
    )


def colours(project: str) -> Numbers:
    """Another red in the style of all figures, then the command from its start."""
    return _painted(Path(project), "style.py", r'(BLUE, VERMILION, .* = "#0072B2", )"#\w{6}"')


def _painted(project: Path, module: str, pattern: str) -> Numbers:
    """A new colour where ``pattern`` has one, after its group."""
    file = project / "reportgen" / "figures" / module
    new = rf'\1"#D5{time.time_ns() % 65536:04X}"'
    text, count = re.subn(pattern, new, file.read_text("utf-8"))
    assert count == 1, f"the line with the colour has changed in {module}"
    file.write_text(text, "utf-8")
    return _built(project)


def _built(project: Path, size: Sequence[str] = SMALL) -> Numbers:
    """Build, and tell how many steps ran; none of them may be a training."""
    journal = project / ".reportgen" / "journal.jsonl"
    before = len(journal.read_text("utf-8").splitlines())
    watch = Stopwatch()
    command(project, "build", "--name", NAME, *size)
    read = watch.read()
    events = [json.loads(line) for line in journal.read_text("utf-8").splitlines()[before:] if line]
    started = [event["step"] for event in events if event["event"] == "started"]
    assert started, "nothing was made anew"
    assert not any("training" in step for step in started), started
    return {**read, "steps": float(len(started))}


def papermill(project: str) -> Numbers:
    """The three notebooks executed again, then converted to HTML."""
    # The other side's tools carry no types, and CI doesn't install them.
    import papermill as pm  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "notebooks")
        shutil.copytree(Path(project, "build", "notebooks"), folder)
        os.chdir(folder)
        watch = Stopwatch()
        for notebook in sorted(folder.glob("*.ipynb")):
            pm.execute_notebook(
                notebook, notebook, kernel_name="python3", cwd=folder, progress_bar=False
            )
        _convert(folder)
        return watch.read()


def nbconvert_html(project: str) -> Numbers:
    """Only the conversion, in a process where it has run before."""
    folder = Path(project, "build", "notebooks")
    _convert(folder)
    watch = Stopwatch()
    _convert(folder)
    return watch.read()


def _convert(folder: Path) -> None:
    from nbconvert import HTMLExporter  # type: ignore[import-not-found, unused-ignore]

    for notebook in sorted(folder.glob("*.ipynb")):
        HTMLExporter().from_filename(str(notebook))  # type: ignore[no-untyped-call, unused-ignore]


def warm_html(project: str) -> Numbers:
    """The page composed in a child that has composed it before."""
    with _page(project) as page:
        return page.timed(page.compose)


def pdf_a_figure(project: str) -> Numbers:
    """A word changed, and the PDF set in a process whose child has set it before."""
    with _page(project) as page:
        read = page.timed(page.reword)
        figures = page.compose().count("<figure")
    return {
        "value": (read["value"] - 1) / figures,
        "seconds": read["value"],
        "figures": float(figures),
    }


def new_pdf(project: str) -> Numbers:
    """Layout and all figures made anew there."""
    with _page(project) as page:
        return page.timed(page.renew)


class _Page:
    """The report of a finished build, with a child to render it."""

    def __init__(self) -> None:
        from reportgen.commands.latest import Latest
        from reportgen.engine.store import Store

        self._latest = Latest.find(NAME)
        self._store = Store(self._latest.project.store)
        self._settings = self._latest.loaded.settings.report
        self._folders = self._latest.record.folders(self._latest.project)
        about = self._latest.outcome.about(NAME, self._settings)
        self._context: Mapping[str, Any] = {**self._latest.outcome.results, "informe": about}

    def compose(self) -> str:
        from reportgen.report.document import press

        return press().render(self._folders, self._context)

    def reword(self) -> None:
        path = self._latest.project.root / _COMMENT
        path.write_text(f"{path.read_text('utf-8')}\nPalabra {time.time_ns()}.\n", "utf-8")
        self._set()

    def renew(self) -> None:
        from reportgen.engine.store import now

        self._set(now())

    def _set(self, since: str = "") -> None:
        from reportgen.commands.rendered import typeset

        latest = self._latest
        typeset(
            *(latest.outcome, latest.project, NAME, self._settings, self._folders),
            store=self._store,
            since=since,
        )

    def timed(self, work: Any) -> Numbers:
        work()
        seconds = []
        for _ in range(_WARM):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        return {"value": sorted(seconds)[_WARM // 2]}


@contextmanager
def _page(project: str) -> Iterator[_Page]:
    from reportgen.report.document import press

    os.chdir(project)
    comment = Path(_COMMENT)
    text = comment.read_text("utf-8")
    try:
        yield _Page()
    finally:
        comment.write_text(text, "utf-8")
        press().close()


def typst_pdf(project: str) -> Numbers:
    """The report's words and figures as a Typst document, compiled once before."""
    import typst

    with _page(project) as page, tempfile.TemporaryDirectory() as temporary:
        shutil.copytree(Path(project, "build", "figures"), Path(temporary, "figures"))
        source = Path(temporary, "informe.typ")
        source.write_text(_as_typst(page.compose()), "utf-8")
        return page.timed(lambda: typst.compile(source))


def _as_typst(page: str) -> str:
    """Headings, paragraphs, table cells and figures, in their order."""
    found = re.findall(
        r'<(h[1-4]|p|li|t[dh]|figcaption)\b[^>]*>(.*?)</\1>|<img[^>]*src="([^"]+\.svg)"',
        page.split("<body", 1)[1],
        re.DOTALL,
    )
    pieces = ['#set page(paper: "a4", numbering: "1")\n#set text(lang: "es")']
    for tag, content, image in found:
        if image:
            pieces.append(f'#figure(image("{image}", width: 100%))')
            continue
        text = html.unescape(re.sub(r"<[^>]+>", "", content)).strip()
        quoted = json.dumps(text, ensure_ascii=False)
        level = int(tag[1]) if tag.startswith("h") else 0
        pieces.append(f"#heading(level: {level}, {quoted})" if level else f"#par(text({quoted}))")
    return "\n\n".join(pieces)
