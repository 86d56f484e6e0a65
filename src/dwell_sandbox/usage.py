"""Estimates how many posts of the whole world use a sound or a hashtag: a formula, not an enumeration."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, floor

from dwell_sandbox.creators import CREATORS, JOINED_FROM, JOINED_TO
from dwell_sandbox.lifecycle import second_to_day
from dwell_sandbox.niches import NICHES
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.trends import TrendKind, get_lifecycle, trend_shares

_POSTS_PER_DAY = 0.562  # the mean of `Creator.per_day` over all creators
_MEAN_VIEWS = 80_000  # roughly the final views of a post, over creators of all sizes
_VIEWS_LAG_DAYS = 1.0
_POPULARITY_SD, _VIEWS_SD = 0.8, 0.3  # of the logarithm: the most used of twenty hashtags is some 20 times the least
_WEEKDAY_LEAD = (0.02, 0.12, 0.08, 0.04, 0.0, -0.04, -0.08)  # of a day, from Sunday; weekends gain a tenth more
_CHANCE_LEAD = 0.08
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


def lasting_usage(seed: int, hashtag: str, chance: float, niches: int, day: float) -> Usage:
    """The usage of a lasting hashtag that each post of `niches` niches has with a chance.

    Other accounts than those of the world use it, too: some hashtags more than others, and not every day as much.
    """
    rng = SeededRandom(seed, "lasting hashtag", hashtag)
    share = chance * niches / len(NICHES) * exp(rng.normal("popularity", 0.0, _POPULARITY_SD))
    views = _MEAN_VIEWS * exp(rng.normal("views", 0.0, _VIEWS_SD))
    return Usage(int(_uneven_posts(rng, share, day)), int(_uneven_posts(rng, share, day - _VIEWS_LAG_DAYS) * views))


def _uneven_posts(rng: SeededRandom, share: float, day: float) -> float:
    """Posts up to a day: those of the smooth rate, a few hours ahead of it or behind."""
    whole = floor(day)
    before, after = _lead(rng, whole), _lead(rng, whole + 1)
    return share * count_posts_until(day + before + (after - before) * (day - whole))


def _lead(rng: SeededRandom, day: int) -> float:
    """By how much of a day the count is ahead of the smooth rate: by the weekday, and by chance.

    Two neighbours differ by less than a day, so no day takes posts away.
    """
    return _WEEKDAY_LEAD[day % 7] + rng.uniform(f"day {day}", -_CHANCE_LEAD, _CHANCE_LEAD)


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
