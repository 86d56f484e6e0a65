"""Converts instants with a time zone to the Unix seconds that the world uses inside."""

from __future__ import annotations

from datetime import datetime


def to_unix_second(instant: datetime) -> int:
    """The Unix second of an instant, rounded down.

    Raises:
        ValueError: It has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return int(instant.timestamp())
