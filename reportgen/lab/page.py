"""The page's steps: from a report's measurements and words to its PDF.

The layout knows of a figure only its size, so what looks different isn't laid out anew, and a new
word draws no figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reportgen.engine.digest import JSON, tree_digests
from reportgen.engine.step import Step
from reportgen.lab.outcome import Outcome
from reportgen.lab.report_plan import DRAW, LAY_OUT, PLACE
from reportgen.settings import ReportSettings


def page_steps(
    outcome: Outcome, name: str, settings: ReportSettings, templates: list[Path]
) -> list[Step]:
    """The layout, each figure and, last, the PDF.

    Args:
        outcome: the measurements.
        name: the author's.
        settings: what stands on the title page.
        templates: the folders to search, the author's own first.
    """
    figures = {
        target: step for target, (step, _) in outcome.exported().items() if target.endswith(".svg")
    }
    code = outcome.report.page_code
    layout = Step(
        name=layout_step(name),
        function=LAY_OUT,
        parameters={
            "about": outcome.about(name, settings),
            "colophon": outcome.results["colophon"],
            "results": {one.name: _argument(one.collect) for one in outcome.report.sections},
            "figures": {target: _size(outcome, step) for target, step in figures.items()},
            "template_digests": tree_digests(templates),
        },
        inputs={_argument(one.collect): one.collect for one in outcome.report.sections},
        code=code,
        circumstances={"templates": [str(folder) for folder in templates]},
        seconds=5.0,
    )
    drawn = [
        Step(
            name=figure_step(target),
            function=DRAW,
            inputs={"figure": step},
            code=code,
            circumstances={"target": target},
            seconds=0.2,
        )
        for target, step in figures.items()
    ]
    placed: dict[str, JSON] = {target: _argument(figure_step(target)) for target in figures}
    pdf = Step(
        name=page_step(name),
        function=PLACE,
        parameters={"figures": placed},
        inputs={"layout": layout.name, **{_argument(one.name): one.name for one in drawn}},
        code=code,
        seconds=0.5,
    )
    return [layout, *drawn, pdf]


def names_of(name: str, exports: Iterable[str]) -> list[str]:
    """The names of the steps of an author's page with these exports."""
    figures = [figure_step(target) for target in exports if target.endswith(".svg")]
    return [layout_step(name), *figures, page_step(name)]


def page_step(name: str) -> str:
    """The step that makes the PDF under ``name``: each name's last page is remembered."""
    return f"report.{name}"


def layout_step(name: str) -> str:
    """The step that lays out the page under ``name``."""
    return f"layout.{name}"


def figure_step(target: str) -> str:
    """The step that draws the figure whose path below the build folder is ``target``."""
    return f"page.{Path(target).stem}"


def _size(outcome: Outcome, step: str) -> list[JSON]:
    """Width and height in mm, of a step that draws."""
    about = outcome.artifacts[step].json("figure.json")
    return [about["width"], about["height"]]


def _argument(step: str) -> str:
    return step.replace(".", "_")
