"""Estimates how many posts of the whole world use a sound or a hashtag: a smooth count, not an enumeration."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import ceil, floor

from dwell_sandbox.creators import CREATORS, JOINED_FROM, JOINED_TO
from dwell_sandbox.lifecycle import second_to_day
from dwell_sandbox.niches import NICHES
from dwell_sandbox.trends import TrendKind, get_lifecycle, trend_shares

_POSTS_PER_DAY = 0.562  # the mean of `Creator.per_day` over all creators
_MEAN_VIEWS = 80_000  # roughly the final views of a post, over creators of all sizes
_VIEWS_LAG_DAYS = 1.0
_FIRST, _LAST = second_to_day(JOINED_FROM), second_to_day(JOINED_TO)


@dataclass(frozen=True, slots=True)
class Usage:
    """The usage of a topic up to an instant, over the whole world: posts, and their views."""

    posts: int
    views: int


def count_posts_until(day: float) -> float:
    """Posts of all creators up to a day: an increasing rate while creators join, then a constant one."""
    rate = CREATORS * _POSTS_PER_DAY
    ramp = max(0.0, min(day, _LAST) - _FIRST)
    return rate * (ramp**2 / (2 * (_LAST - _FIRST)) + max(0.0, day - _LAST))


def lasting_usage(chance: float, niches: int, day: float) -> Usage:
    """The usage of a lasting hashtag that each post of `niches` niches has with a chance."""
    share = chance * niches / len(NICHES)
    return Usage(
        int(share * count_posts_until(day)), int(share * count_posts_until(day - _VIEWS_LAG_DAYS) * _MEAN_VIEWS)
    )


def trending_usage(seed: int, kind: TrendKind, niche: str, serial: int, day: float) -> Usage:
    """The usage of a trend: the sum over its days of the niche's posts times its share on that day."""
    return Usage(
        int(_posts_until(seed, kind, niche, serial, day)),
        int(_posts_until(seed, kind, niche, serial, day - _VIEWS_LAG_DAYS) * _MEAN_VIEWS),
    )


def _posts_until(seed: int, kind: TrendKind, niche: str, serial: int, day: float) -> float:
    days, sums = _cumulative_posts(seed, kind, niche, serial)
    if day <= days[0]:
        return 0.0
    if day >= days[-1]:
        return sums[-1]
    after = bisect(days, day)
    before = after - 1
    return sums[before] + (sums[after] - sums[before]) * (day - days[before])


@lru_cache(maxsize=4096)
def _cumulative_posts(seed: int, kind: TrendKind, niche: str, serial: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Every day of the trend and the one after, and the number of posts before each of them."""
    lifecycle = get_lifecycle(seed, kind, niche, serial)
    days = tuple(range(floor(lifecycle.start), ceil(lifecycle.end) + 1))
    daily = (
        kind.chance
        * trend_shares(seed, kind, niche, day).share(serial)
        * (count_posts_until(day + 1) - count_posts_until(day))
        for day in days[:-1]
    )
    return days, tuple(accumulate((each / len(NICHES) for each in daily), initial=0.0))
