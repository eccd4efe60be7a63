"""Measures of classifiers and representations: numbers in, JSON-able numbers out.

Labels are integer class indices (N,), features and activations are float arrays (N, D). Results
are plain dicts (typed by ``TypedDict``) of Python numbers, so that they can be stored as JSON.
"""

from __future__ import annotations


class NotMeasurable(ValueError):  # noqa: N818 - an outcome, not a mistake
    """The samples don't allow this measure; the report leaves it out and prints the reason.

    Args:
        reason: why, as a Spanish clause without a full stop; it is printed in the report.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
