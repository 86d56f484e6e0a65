"""The only place that reads the clock, so that tests and replays can replace it; and how instants are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far the clocks of two machines may differ without anybody minding."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """The current time, in UTC, to the microsecond."""
    return datetime.now(UTC)


def to_micros(instant: datetime) -> int:
    """An instant as whole microseconds since 1970, UTC: exact, and sortable in every database."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The instant behind such a number."""
    return _EPOCH + timedelta(microseconds=value)
