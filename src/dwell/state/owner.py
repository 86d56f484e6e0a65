"""Whom requests and responses belong to."""

from __future__ import annotations

from typing import NamedTuple

TRACKING = "tracking"
"""Kind of the owner of polls."""


class Owner(NamedTuple):
    """A sweep, or the polls of a day.

    Attributes:
        kind: `sweep` or `tracking`.
        id: Its id; of polls the day (UTC).
    """

    kind: str
    id: str


def sweep(sweep_id: str) -> Owner:
    """The owner that a sweep is."""
    return Owner("sweep", sweep_id)


def tracking(day: str) -> Owner:
    """The owner of all polls of a day, such as `2026-11-26`."""
    return Owner(TRACKING, day)
