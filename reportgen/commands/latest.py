"""The last build as it lies in the store: what commands look at that run nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reportgen.commands.options import Request

if TYPE_CHECKING:
    from reportgen.lab.outcome import Outcome
    from reportgen.lab.record import BuildRecord
    from reportgen.project import Project
    from reportgen.settings import Loaded


@dataclass(frozen=True)
class Latest:
    """One build, found again.

    Attributes:
        project: what was built.
        record: the build's request.
        loaded: its settings, as they are now.
        outcome: its measurements.
    """

    project: Project
    record: BuildRecord
    loaded: Loaded
    outcome: Outcome

    @classmethod
    def find(cls, name: str | None = None) -> Self:
        """The last build under ``name``, or the last of all.

        Raises:
            UsageError: nothing was built, or its sources have changed since.
        """
        from reportgen.lab.outcome import stored_outcome
        from reportgen.lab.record import BuildRecord
        from reportgen.project import Project
        from reportgen.submission.names import check_name

        project = Project.find()
        record = BuildRecord.last(project, check_name(name) if name else None)
        request = Request.again(record)
        loaded = request.load(project)
        return cls(project, record, loaded, stored_outcome(project, request.plan(project, loaded)))

    @classmethod
    def reread(cls, project: Project, name: str) -> Self:
        """The same by a stored plan alone: for a process that lives on while sources change.

        Raises:
            UsageError: nothing was built, or its sources have changed since.
        """
        from reportgen.lab.outcome import stored_outcome
        from reportgen.lab.planning import stored_plan
        from reportgen.lab.record import BuildRecord
        from reportgen.project import cache

        record = BuildRecord.last(project, name)
        loaded = Request.again(record).load(project)
        report = stored_plan(project, loaded, record.only, cache())
        return cls(project, record, loaded, stored_outcome(project, report))
