"""The only place that reads the clock, so that tests and replays can replace it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, in UTC, to the microsecond."""
    return datetime.now(UTC)
