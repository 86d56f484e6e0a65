"""When metrics are shown: each day of an account 24 to 48 hours after its end, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from dwell_sandbox.seeded_random import SeededRandom

FREEZE = timedelta(days=365)
"""The age at which the metrics of a video stop changing."""

QUIET = timedelta(days=7)
"""Without a view for this long, some metrics of a video are withheld."""

_DAY = timedelta(days=1)


def end_of_day(day: date) -> datetime:
    """The midnight, UTC, at which a day ends."""
    return datetime.combine(day + _DAY, time(), tzinfo=UTC)


def published_at(seed: int, number: int, day: date) -> datetime:
    """When the metrics of a day of an account appear: between 24 and 48 hours after its end."""
    late = SeededRandom(seed, "latency", number, day.toordinal()).uniform("hours", 0.0, 24.0)
    return end_of_day(day) + _DAY + timedelta(hours=late)


def last_measured_day(seed: int, number: int, at: datetime) -> date:
    """The newest day whose metrics are shown at an instant."""
    day = at.astimezone(UTC).date() - 2 * _DAY
    return day if published_at(seed, number, day) <= at else day - _DAY


def measured_until(seed: int, number: int, at: datetime, posted_at: datetime) -> datetime:
    """The instant whose metrics of a video are shown at another: the end of the newest day, or the video's freeze."""
    return min(end_of_day(last_measured_day(seed, number, at)), posted_at + FREEZE)
