"""How many posts two accounts publish a week, over the same weeks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
from scipy import stats

from dwell.models.confidence_intervals import LEVEL

MIN_WEEKS = 6
_WEEK = timedelta(days=7)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WeeklyPosts:
    """Means of two accounts, and their difference.

    Attributes:
        weeks: Whole weeks that were counted; with fewer than 6 there are no figures.
        own: Posts a week of the first account.
        other: Of the second.
        difference: Other minus own.
        low: Lower end of its 95 % interval (t, of the differences of each week).
        high: Upper end.
        p_value: Wilcoxon's signed ranks over the weeks, two-sided.
    """

    weeks: int
    own: float | None = None
    other: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None


Times = Sequence[tuple[datetime, datetime]]
"""Times of which every post is stored, each from its begin until before its end."""


def common_time(own: Times, other: Times, within: tuple[datetime | None, datetime | None]) -> tuple[datetime, datetime]:
    """The longest time without a gap of which every post of both accounts is stored; of equal ones, the newest.

    Args:
        own: Times of the first account.
        other: Times of the second.
        within: Begin and end of the period that was asked for; None without one.
    """
    since, until = within
    found = [(_NEVER, _NEVER)]
    for begin, end in _without_overlap(own):
        for other_begin, other_end in _without_overlap(other):
            ends = [moment for moment in (end, other_end, until) if moment is not None]
            first, last = max(begin, other_begin, since or _NEVER), min(ends)
            found.append((first, max(first, last)))
    return max(found, key=lambda time: (time[1] - time[0], time[1]))


def _without_overlap(times: Times) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(times):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def compare_weeks(
    own: Iterable[datetime | None], other: Iterable[datetime | None], first: datetime, last: datetime, tz: tzinfo = UTC
) -> WeeklyPosts:
    """Counts the posts of two accounts in each whole week between two instants, and compares the counts.

    Args:
        own: When the first account published.
        other: When the second did.
        first: Begin of the first week.
        last: End of the time in which both are known.
        tz: Whose days a week has seven of, also where clocks change; the times of posts are in it.
    """
    if last <= first:
        return WeeklyPosts(0)
    # The difference of two times of one zone is that of its clocks.
    first, last = first.astimezone(tz), last.astimezone(tz)
    weeks = (last - first) // _WEEK
    if weeks < MIN_WEEKS:
        return WeeklyPosts(weeks)
    mine, theirs = (_count(times, first, weeks) for times in (own, other))
    gaps = theirs - mine
    middle, spread = float(gaps.mean()), float(gaps.std(ddof=1)) / math.sqrt(weeks)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, weeks - 1)) * spread
    chance = float(stats.wilcoxon(gaps).pvalue) if gaps.any() else 1.0
    return WeeklyPosts(
        weeks, float(mine.mean()), float(theirs.mean()), middle, middle - reach, middle + reach, min(1.0, chance)
    )


def _count(times: Iterable[datetime | None], first: datetime, weeks: int) -> np.typing.NDArray[np.float64]:
    counts = np.zeros(weeks)
    for moment in times:
        if moment is not None:
            place = (moment - first) // _WEEK
            if 0 <= place < weeks:
                counts[place] += 1
    return counts
