"""The options that decide what is planned, shared by the commands that look at a plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reportgen.commands import completion

if TYPE_CHECKING:
    from reportgen.lab.record import BuildRecord
    from reportgen.lab.report_plan import ReportPlan
    from reportgen.project import Project
    from reportgen.settings import Loaded

F = TypeVar("F", bound=Callable[..., Any])

_ASCII = f"{__name__}.ascii"
_RUN_OPTIONS = ("data", "data_root", "profile", "device", "seed", "seeds", "evidence")


def name_options(command: F) -> F:
    """Add --name and --ascii; the command gets the ``name`` that both make, already checked."""
    ascii_only = click.option(
        "--ascii",
        is_flag=True,
        is_eager=True,  # before --name, which asks for it
        expose_value=False,
        callback=_remember_ascii,
        help="Write the name without accents and ñ, for a course that asks for it.",
    )
    name = click.option(
        "--name",
        required=True,
        callback=_checked,
        shell_complete=completion.names,
        help="APELLIDO_NOMBRE: names the report, the PDF and the zip.",
    )
    return name(ascii_only(command))


def _remember_ascii(context: click.Context, _: click.Parameter, asked: bool) -> None:
    context.meta[_ASCII] = asked


def _checked(context: click.Context, _: click.Parameter, name: str) -> str:
    from reportgen.submission.names import check_name

    return check_name(name, ascii_only=context.meta[_ASCII])


def plan_options(command: F) -> F:
    """Add the options from which `Request` is made."""
    for option in reversed(
        [
            click.option(
                "--data",
                type=click.Choice(["auto", "real", "sample"]),
                help="Which data to use; auto: real data where it can be had, else samples.",
            ),
            click.option(
                "--data-root",
                metavar="DIR",
                envvar="REPORTGEN_DATA_ROOT",
                show_envvar=True,
                help="Folder with the datasets.",
            ),
            click.option(
                "--profile",
                type=click.Choice(["auto", "full", "laptop", "sample"]),
                help="How much to run; full is the assignment as it stands.",
            ),
            click.option(
                "--device",
                type=click.Choice(["auto", "cuda", "mps", "cpu"]),
                help="Where to compute.",
            ),
            click.option("--seed", type=int, help="Of all that is random."),
            click.option(
                "--seeds",
                type=int,
                metavar="N",
                help="Train each network with N seeds: mean ± standard deviation.",
            ),
            click.option(
                "--evidence",
                type=click.Choice(["none", "standard", "full"]),
                help="What is measured beside the assignment's own numbers, to tell why.",
            ),
            click.option(
                "--only",
                multiple=True,
                metavar="1.1|1.2|1.3",
                shell_complete=completion.sections,
                help="Run this section only; repeatable.",
            ),
            click.option(
                "--set",
                "settings",
                multiple=True,
                metavar="SECTION.KEY=VALUE",
                shell_complete=completion.settings,
                help="Override a setting; repeatable.",
            ),
        ]
    ):
        command = option(command)
    return command


def _portable(folder: Path) -> str:
    """A folder inside the project by its place there: it is the same when the project moves."""
    from reportgen.project import Project

    root, place = Project.find().root, folder.resolve()
    return str(place.relative_to(root) if place.is_relative_to(root) else place)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print what was done as a line of JSON."
)


def tell_json(**values: Any) -> None:
    """Print ``values`` as a line of JSON; a path is its text."""
    click.echo(json.dumps(values, ensure_ascii=False, default=str))


@dataclass(frozen=True)
class Request:
    """What a person asked to be planned.

    Attributes:
        overrides: ``section.key=value``, as after ``--set``.
        only: the sections to keep; empty: all.
    """

    overrides: tuple[str, ...]
    only: tuple[str, ...]

    @classmethod
    def of(cls, options: dict[str, Any]) -> Request:
        """Take the plan's options out of a command's."""
        settings = tuple(options.pop("settings"))
        only = tuple(options.pop("only"))
        run = {name: options.pop(name) for name in _RUN_OPTIONS}
        # An empty variable in the environment is as good as none.
        run["data_root"] = _portable(Path(run["data_root"])) if run["data_root"] else None
        named = tuple(
            f"run.{name}={json.dumps(value, ensure_ascii=False)}"
            for name, value in run.items()
            if value is not None
        )
        return cls(named + settings, only)

    @classmethod
    def again(cls, record: BuildRecord) -> Request:
        """What an earlier build asked for."""
        return cls(record.overrides, record.only)

    def typed(self) -> str:
        """The options as they can be typed."""
        import shlex

        options = [f"--only {shlex.quote(section)}" for section in self.only]
        return " ".join(options + [f"--set {shlex.quote(one)}" for one in self.overrides])

    def load(self, project: Project) -> Loaded:
        """The settings; raises UsageError with the place of a mistake."""
        from reportgen.lab.experiment import names
        from reportgen.settings import load

        return load(project.settings, self.overrides, names(project.experiments))

    def plan(self, project: Project, loaded: Loaded) -> ReportPlan:
        """The plan. A new one is made by another process: this one would hold on to torch's memory
        while the experiments need it.

        Raises:
            UsageError, DataError: as `planning.plan_of`.
            RunError: the process was killed.
        """
        from reportgen.engine.executors import WorkerDied, apart
        from reportgen.errors import RunError
        from reportgen.lab.planning import kept_plan, planned
        from reportgen.lab.report_plan import ReportPlan
        from reportgen.project import cache

        asked = project, loaded, self.only, cache()
        if kept := kept_plan(*asked):
            return kept
        try:
            return ReportPlan.from_json(json.loads(apart(planned, *asked)))
        except WorkerDied as death:
            raise RunError(
                f"the process that planned was killed ({death}), perhaps for want of memory",
                hint="end other programs, then run the same command again",
            ) from death
