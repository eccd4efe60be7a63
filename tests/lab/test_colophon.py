"""The colophon tells how the measurements were made, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reportgen.engine.artifact import Artifact
from reportgen.lab.colophon import colophon_of
from reportgen.lab.outcome import Outcome, stored_outcome
from reportgen.project import Project
from tests.tiny import NAME, TinyReport

LATER = {
    "started": "2999-01-01T00:00:00+00:00",
    "seconds": 1e6,
    "git_commit": "0" * 40,
    "versions": {"matplotlib": "99"},
    "threads": 99,
}


@pytest.fixture(scope="module")
def outcome(tiny: TinyReport) -> Outcome:
    from reportgen.commands.options import Request
    from reportgen.lab.record import BuildRecord

    project = Project(tiny.root)
    request = Request.again(BuildRecord.last(project, NAME))
    return stored_outcome(project, request.plan(project, request.load(project)))


def made_later(outcome: Outcome, which: Callable[[str], bool]) -> dict[str, Artifact]:
    """The artifacts, those of ``which`` steps as if they had been made in another century."""
    artifacts = dict(outcome.artifacts)
    chosen = [name for name in artifacts if which(name)]
    assert chosen
    for name in chosen:
        manifest = artifacts[name].manifest
        provenance = {**manifest.provenance, **LATER}
        artifacts[name] = replace(
            artifacts[name], manifest=replace(manifest, provenance=provenance)
        )
    return artifacts


@pytest.mark.parametrize("kind", ["figure_", "draft_", "results", "listing"])
def test_what_is_drawn_or_worded_anew_is_no_newer_measurement(outcome: Outcome, kind: str) -> None:
    artifacts = made_later(outcome, lambda name: name.partition(".")[2].startswith(kind))
    assert colophon_of(outcome.report, artifacts) == colophon_of(outcome.report, outcome.artifacts)


def test_what_is_measured_anew_is(outcome: Outcome) -> None:
    artifacts = made_later(outcome, lambda name: name == "simple_cnn.training")
    colophon = colophon_of(outcome.report, artifacts)
    assert colophon.measured == LATER["started"]
    assert colophon.durations["simple_cnn"] > 1e6
    assert 99 in colophon.threads
    assert "0" * 40 in colophon.git_commit
    assert "99" in colophon.versions["matplotlib"]
