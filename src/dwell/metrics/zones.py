"""Local hours: the offsets of a time zone as data, so that every engine uses the same local time.

Engines have their own zone tables, or none; Python's are used instead, also by `tiers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from dwell.text.time_zones import find_zone

# A number, or an expression of a query library that is not loaded here.
Seconds: TypeAlias = Any
# Before TikTok began, and well after any post that is stored today.
_FIRST, _LAST = datetime(2014, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=7)
_DAY, _HOUR = 86_400, 3_600
_EPOCH_WEEKDAY = 3  # 1970-01-01 was one, and Monday is 0 here


@lru_cache(maxsize=32)
def offsets(name: str) -> tuple[tuple[int | None, int], ...]:
    """Seconds to add to UTC: (until this second since 1970, offset), the last one with no end.

    Exact between 2014 and 2040; outside, the first and last offset apply.
    """
    where = find_zone(name)
    periods: list[tuple[int | None, int]] = []
    start, now = _FIRST, _offset(where, _FIRST)
    while start < _LAST:
        end = start + _STEP
        after = _offset(where, end)
        if after != now:
            periods.append((_find_change(where, start, end), now))
            now = after
        start = end
    return (*periods, (None, now))


def weekday(local: Seconds) -> Seconds:
    """1 for Monday to 7 for Sunday, of seconds since 1970 in local time."""
    return (local // _DAY + _EPOCH_WEEKDAY) % 7 + 1


def hour(local: Seconds) -> Seconds:
    """0 to 23, of seconds since 1970 in local time."""
    return (local % _DAY) // _HOUR


def has_no_hour(post_id: Any, platform: Any, utc: Seconds, local: Seconds) -> Any:
    """Whether a time of publishing may be that of a day alone: midnight, of a post whose id holds no time.

    Files without post ids, and YouTube Studio's, have days alone. TikTok's ids are made at the very second.

    Args:
        post_id: Of the post; `local-…` where dwell made it.
        platform: Of the post.
        utc: When it was published, seconds since 1970.
        local: The same in local time.
    """
    return (post_id.startswith("local-") | (platform != "tiktok")) & ((utc % _DAY == 0) | (local % _DAY == 0))


def _may_be_day(post: Mapping[str, Any], utc: int, local: int) -> bool:
    return bool(has_no_hour(str(post.get("post_id", "")), post.get("platform") or "tiktok", utc, local))


def publishing_time(post: Mapping[str, Any], where: tzinfo) -> datetime | None:
    """When a post was published, in local time; None where that is not known, or to the day alone."""
    moment = post["posted_at"]
    if moment is None:
        return None
    local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(where)
    utc, shift = int(local.timestamp()), local.utcoffset() or timedelta()
    return None if _may_be_day(post, utc, utc + int(shift.total_seconds())) else local


def publishing_day_or_time(post: Mapping[str, Any], where: tzinfo) -> datetime | None:
    """When a post was published, in local time; where the day alone is known, when that day begins there."""
    moment: datetime | None = post["posted_at"]
    if moment is None:
        return None
    utc = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = int(utc.timestamp())
    if _may_be_day(post, seconds, seconds):
        return utc.replace(tzinfo=where)
    return utc.astimezone(where)


def _offset(where: ZoneInfo, instant: datetime) -> int:
    shift = instant.astimezone(where).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0


def _find_change(where: ZoneInfo, start: datetime, end: datetime) -> int:
    """The second at which the offset changes between two instants that have different ones."""
    low, high, before = int(start.timestamp()), int(end.timestamp()), _offset(where, start)
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset(where, datetime.fromtimestamp(middle, UTC)) == before
        low, high = (middle, high) if same else (low, middle)
    return high
