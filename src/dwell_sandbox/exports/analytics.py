"""An account by day, as in its owner's analytics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import exp

from dwell_sandbox.counters import Counters
from dwell_sandbox.creators import Creator
from dwell_sandbox.exports.damage import UNDEFINED
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.world import World

DAYS = 365
_ACTIVITY_DAYS = 8
_COUNTED_DAYS = 90
_GENDERS = (("Female", 62), ("Male", 36), ("Other", 2))
_TERRITORIES = ("DE", "AT", "CH", "US", "NL", "GB", "PL", "FR", "IT", "ES")


@dataclass(frozen=True, slots=True)
class AnalyticsDay:
    """One row of Overview and of Viewers; the viewers are those of the day before, as in real exports."""

    day: date
    views: int
    profile_views: int
    likes: int
    comments: int
    shares: int
    viewers: int | str
    new_viewers: int
    returning_viewers: int


def last_covered_instant(at: datetime) -> datetime:
    """The last instant that an export made at `at` covers: the day before."""
    return at - timedelta(days=1)


def covered_window(world: World, handle: str, at: datetime) -> tuple[datetime, date]:
    """Start of the first and date of the last of the 365 days, in the account's time zone."""
    tz = world.creator(handle).tz
    last = last_covered_instant(at).astimezone(tz).date()
    return _midnight(world.creator(handle), last - timedelta(days=DAYS - 1)), last


@lru_cache(maxsize=8)
def daily_analytics(world: World, handle: str, at: datetime) -> tuple[AnalyticsDay, ...]:
    """The 365 days that end the day before `at`. A purge can make a day's likes or comments negative."""
    creator = world.creator(handle)
    last = covered_window(world, handle, at)[1]
    dates = [last - timedelta(days=DAYS - back) for back in range(DAYS + 1)]
    gains = _daily_gains(world, creator, dates)
    rows = []
    for before, day in pairwise(dates):
        rng = SeededRandom(world.seed, "account", creator.number, day.toordinal())
        views, likes, comments, shares, *_ = gains[day]
        profile_views = int(0.006 * views * exp(rng.normal("profile", 0.0, 0.3)))
        viewers = int(max(0, gains[before][0]) * rng.uniform("viewers", 0.74, 0.9))
        new = int(viewers * rng.uniform("new", 0.52, 0.68))
        rows.append(AnalyticsDay(day, views, profile_views, likes, comments, shares, viewers, new, viewers - new))
    rows[0] = replace(rows[0], viewers=UNDEFINED, new_viewers=0, returning_viewers=0)
    return tuple(rows)


def follower_history(world: World, handle: str, at: datetime) -> Iterator[tuple[date, int | str, int]]:
    """Followers at the end of each of the 365 days and the change from the day before; the first is `undefined`."""
    creator = world.creator(handle)
    last = covered_window(world, handle, at)[1]
    before = 0
    for back in range(DAYS - 1, -1, -1):
        day = last - timedelta(days=back)
        followers = world.profile_followers(handle, _midnight(creator, day + timedelta(days=1)))
        yield (day, UNDEFINED, 0) if back == DAYS - 1 else (day, followers, followers - before)
        before = followers


def hourly_activity(world: World, handle: str, at: datetime) -> Iterator[tuple[date, int, int]]:
    """Active followers in each hour of the last eight days; hours in the future are filled with zeros."""
    creator = world.creator(handle)
    end = last_covered_instant(at).astimezone(creator.tz)
    for back in range(_ACTIVITY_DAYS - 1, -1, -1):
        day = end.date() - timedelta(days=back)
        followers = world.profile_followers(handle, _midnight(creator, day))
        rng = SeededRandom(world.seed, "activity", creator.number, day.toordinal())
        for hour in range(24):
            awake = 0.05 + 0.28 * exp(-(((hour - 20) / 4.5) ** 2)) + 0.12 * exp(-(((hour - 12) / 3.0) ** 2))
            active = int(followers * awake * rng.uniform(f"hour {hour}", 0.9, 1.1))
            yield day, hour, active if back or hour <= end.hour else 0


def genders(world: World, handle: str) -> list[tuple[str, str]]:
    """Shares of the followers by gender; they add up to 1."""
    tilt = SeededRandom(world.seed, "gender", world.creator(handle).number).integer("tilt", -6, 6)
    return [(name, f"{(share + tilt * (1, -1, 0)[at]) / 100:g}") for at, (name, share) in enumerate(_GENDERS)]


def territories(world: World, handle: str) -> list[tuple[str, str]]:
    """Shares of the followers by territory, largest first, then `Others`; they add up to 1."""
    rng = SeededRandom(world.seed, "territories", world.creator(handle).number)
    weights = [rng.uniform(name, 0.8, 1.2) * 0.55**at for at, name in enumerate(_TERRITORIES)]
    thousandths = sorted((int(900 * weight / sum(weights)) for weight in weights), reverse=True)
    rows = [(name, f"{share / 1000:g}") for name, share in zip(_TERRITORIES, thousandths, strict=True)]
    return [*rows, ("Others", f"{(1000 - sum(thousandths)) / 1000:g}")]


def _daily_gains(world: World, creator: Creator, dates: list[date]) -> dict[date, list[int]]:
    """What each day added over all posts, later deleted ones too (90 days of each post)."""
    midnights = [_midnight(creator, day) for day in [*dates, dates[-1] + timedelta(days=1)]]
    totals = {day: [0] * len(Counters.__slots__) for day in dates}
    for post in world.published_posts(
        creator.handle, since=midnights[0] - timedelta(days=_COUNTED_DAYS), until=midnights[-1]
    ):
        deleted_at = world.deleted_at(post.post_id) or midnights[-1]
        stop = min(deleted_at, post.posted_at + timedelta(days=_COUNTED_DAYS))
        before: tuple[int, ...] | None = None
        for day, start, end in zip(dates, midnights[:-1], midnights[1:], strict=True):
            if end <= post.posted_at or start >= stop:
                continue
            opening = before or astuple(world.counters(post.post_id, start))
            before = astuple(world.counters(post.post_id, min(end, stop)))
            gains = zip(totals[day], before, opening, strict=True)
            totals[day] = [total + after - earlier for total, after, earlier in gains]
    return totals


def _midnight(creator: Creator, day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=creator.tz).astimezone(UTC)
