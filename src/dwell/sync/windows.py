"""How far back a sync reads: TikTok shows the days of 60 days, and changes a video's figures for 365.

Days that are not final yet are read again. A video is read for the last time once its figures stand still; what lies
before is never listed again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from dwell.providers.tiktok_organic.client import WINDOW_DAYS

PROVISIONAL_DAYS = 4
"""The newest days of an account that are read again: figures come 24 to 48 hours late, and are corrected."""

FROZEN_AFTER = timedelta(days=365 + 3)
"""The age at which the figures of a video stand still: 365 days, and the time until they are shown."""

_DAY = timedelta(days=1)


def first_day(today: date, newest: date | None, since: date | None) -> date:
    """The first day of an account that is asked for.

    Args:
        today: By the provider's clock, UTC.
        newest: The newest day that was read; None where none was.
        since: The user's first day.
    """
    wanted = reach(today) if newest is None else newest - timedelta(days=PROVISIONAL_DAYS - 1)
    if since is not None:
        wanted = since if newest is None else min(since, wanted)
    return min(max(wanted, reach(today)), today - _DAY)


def reach(today: date) -> date:
    """The first day of an account that can still be asked for."""
    return today - timedelta(days=WINDOW_DAYS)


def read_until(days: Collection[date], newest: date | None, first: date, today: date) -> date | None:
    """The day up to which an account was read without a day missing, so that a missing one is asked for again.

    Args:
        days: The days that came.
        newest: As far as earlier syncs read it; None where none did.
        first: The first day that was asked for. Days before it are known, or out of reach.
        today: By the provider's clock: a later day is a mistake.
    """
    came = {day for day in days if first <= day <= today}
    if newest is not None:
        until = max(newest, first - _DAY)
    elif came:
        until = min(came)  # TikTok has no days from before the account
    else:
        return None
    while until + _DAY in came:
        until += _DAY
    return until


def lost_days(today: date, newest: date | None) -> list[date]:
    """The days of an account since the newest one read that are out of reach."""
    if newest is None:
        return []
    return list(_days_between(newest + _DAY, reach(today)))


def unread_days(today: date, last_read: date | None) -> list[date]:
    """The days between the last reading of the videos and today, on which they were not read."""
    return [] if last_read is None else list(_days_between(last_read + _DAY, today))


def frozen_before(at: datetime) -> datetime:
    """Videos published before this instant do not change any more."""
    return at - FROZEN_AFTER


def listing_end(frozen: datetime | None, since: date | None) -> datetime | None:
    """The instant at which a listing may end, because older videos need not be read; None for the last video."""
    start = None if since is None else datetime(since.year, since.month, since.day, tzinfo=UTC)
    known = [each for each in (frozen, start) if each is not None]
    return max(known, default=None)


def _days_between(first: date, end: date) -> Iterable[date]:
    """From the first day to the one before the end."""
    for number in range((end - first).days):
        yield first + timedelta(days=number)
