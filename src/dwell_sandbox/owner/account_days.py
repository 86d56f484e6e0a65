"""An account by day, UTC: the sums over its videos, its followers, and when they are active."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import exp

from dwell_sandbox.account_growth import count_followers
from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.owner.video_totals import CLICK_RATES, Totals, add_totals, video_totals
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.timeline import iterate_entries

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDay:
    """One day of an account, midnight to midnight UTC.

    Attributes:
        day: The date.
        gains: What the day added over all its videos, also those that were deleted later. Purges are not subtracted,
            so that the days of a video add up to its counters before any purge.
        profile_views: Visits of the profile: those that came from videos, and others.
        unique_viewers: People who saw a video; never above the views.
        engaged_viewers: People who liked, commented or shared.
        followers: Followers at the end of the day.
        new_followers: Gained; at least those that came from videos.
        lost_followers: Lost.
        clicks: Clicks on the links of the profile, by the names of `Totals`: those that came from videos, and others.
        activity: Followers who were active in each hour, 0 to 23 UTC.
    """

    day: date
    gains: Totals
    profile_views: int
    unique_viewers: int
    engaged_viewers: int
    followers: int
    new_followers: int
    lost_followers: int
    clicks: dict[str, int]
    activity: tuple[int, ...]

    @property
    def net_followers(self) -> int:
        """Change of the number of followers on this day."""
        return self.new_followers - self.lost_followers


@lru_cache(maxsize=4096)
def account_day(seed: int, number: int, day: date) -> AccountDay:
    """One day of the creator with this number: a pure function."""
    creator = get_creator(seed, number)
    start = int(datetime.combine(day, datetime.min.time(), tzinfo=UTC).timestamp())
    gains = account_totals(seed, number, start + _DAY) - account_totals(seed, number, start)
    rng = SeededRandom(seed, "account day", number, day.toordinal())
    followers = count_followers(seed, creator, start + _DAY)
    net = followers - count_followers(seed, creator, start)
    lost = max(0, gains.new_followers - net) + int(followers * rng.uniform("lost", 0.0002, 0.0008))
    direct = int(followers * rng.uniform("direct", 0.0005, 0.002))
    clicks = {
        name: getattr(gains, name) + int(direct * rate * rng.uniform(name, 0.5, 1.5))
        for name, rate in CLICK_RATES.items()
    }
    return AccountDay(
        day=day,
        gains=gains,
        profile_views=gains.profile_views + direct,
        unique_viewers=int(gains.views * rng.uniform("viewers", 0.7, 0.88)),
        engaged_viewers=int((gains.likes + gains.comments + gains.shares) * rng.uniform("engaged", 0.75, 0.95)),
        followers=followers,
        new_followers=net + lost,
        lost_followers=lost,
        clicks=clicks,
        activity=tuple(_active(creator, rng, day, hour, followers) for hour in range(24)),
    )


@lru_cache(maxsize=4096)
def account_totals(seed: int, number: int, second: int) -> Totals:
    """The totals over all posts of a creator up to a Unix second; a deleted post keeps what it had."""
    return add_totals(
        video_totals(seed, get_post_details(seed, entry.post_id), min(second, entry.deleted or second))
        for entry in iterate_entries(seed, number, 0, second)
    )


def _active(creator: Creator, rng: SeededRandom, day: date, hour: int, followers: int) -> int:
    """Followers active in an hour: most around eight in the evening of the creator's own clock."""
    instant = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=hour)
    local = instant.astimezone(creator.tz).hour
    awake = 0.05 + 0.28 * exp(-(((local - 20) / 4.5) ** 2)) + 0.12 * exp(-(((local - 12) / 3.0) ** 2))
    return int(followers * awake * rng.uniform(f"hour {hour}", 0.9, 1.1))
