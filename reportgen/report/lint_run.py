"""Whether the measurements are those that the assignment asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.errors import Place
from reportgen.findings import Finding, error
from reportgen.origin import Origin


def run_findings(colophon: Mapping[str, Any], *, partial: bool, origin: Origin) -> list[Finding]:
    """A finding for sample data, each setting that shortened the run, and sections left out.

    Args:
        colophon: how the measurements were made (`results.Colophon`).
        partial: whether sections of the assignment were left out.
        origin: where the settings were written.
    """
    samples = [one["name"] for one in colophon["datasets"] if one["origin"] == "sample"]
    findings = []
    if samples:
        findings.append(
            error(
                "sample-data",
                _place(origin, "run.data"),
                f"measured on sample data instead of {', '.join(samples)}",
                "build again with --data real, or with --data-root DIR",
            )
        )
    findings += [
        error(
            "shortened-run",
            _place(origin, change["setting"]),
            f"{change['setting']} is {change['value']}; the assignment's is "
            f"{'all' if change['full'] is None else change['full']}",
            f"build again with --profile full (this is {colophon['profile']}), or without "
            "overriding it",
        )
        for change in colophon["deviations"]
        if change["shortens"]
    ]
    if partial:
        findings.append(
            error(
                "partial",
                str(origin.file),
                f"only {', '.join(colophon['sections'])} of the assignment's sections are here",
                "build again without --only",
            )
        )
    return findings


def _place(origin: Origin, setting: str) -> Place | str:
    """Where a setting was written; the file, where the command line or a profile set it."""
    return origin.place(setting.split(".")) or str(origin.file)
