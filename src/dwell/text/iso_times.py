"""Days and times as ISO 8601 writes them, but for its weeks: `2026-W12` is seven days, and Python takes the first."""

from __future__ import annotations

from datetime import date, datetime


def parse_iso_day(text: str) -> date:
    """The day that a text means.

    Raises:
        ValueError: It is none, or a week.
    """
    return date.fromisoformat(_without_week(text))


def parse_iso_time(text: str) -> datetime:
    """The time that a text means; of a day its midnight.

    Raises:
        ValueError: It is none, or a week.
    """
    return datetime.fromisoformat(_without_week(text))


def _without_week(text: str) -> str:
    if "W" in text.upper():
        raise ValueError(f"{text[:40]!r} is a week: write its day, as in 2026-03-16")
    return text
