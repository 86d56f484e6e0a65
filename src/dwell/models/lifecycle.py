"""The stage of a topic: rising, at its peak, fading, steady, or unknown.

The stage comes from the posts added per day by the provider's count. Publishing dates of sampled posts are a
substitute: a listing chooses what it shows, so a stage from them is called provisional.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from dwell.models.slopes import Slope, slope

Stage = Literal["rising", "peak", "fading", "steady", "cannot tell"]
RECENT_DAYS = 7.0
MIN_COUNTS = 3
"""Fewer days of counts than this are not informative."""
MIN_PUBLISHED = 20
STEADY = math.log(1.10)
"""A topic is called steady only where its change per day is proven to be under 10 %."""
MIN_MISSING = 8.0
"""Posts that must be missing before silence is called fading: chance alone causes that once in thousands."""
_LEVEL_DAYS = 3
_LEVEL_CHANCE = 0.005
_LEVEL_CHANGE = 0.8  # below 80 % of its highest level a topic has declined


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A topic's stage and its basis.

    Attributes:
        stage: `rising`, `peak`, `fading`, `steady` or `cannot tell`.
        reason: One sentence with the numbers.
        n: Number of days used.
        growth: Change per day over the last 7 days, 0.1 for 10 % more; None where unknown.
        low: Lower end of its 95 % interval.
        high: Upper end.
        basis: `counts`, `publishing dates` (provisional) or None.
    """

    stage: Stage
    reason: str
    n: int
    growth: float | None = None
    low: float | None = None
    high: float | None = None
    basis: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: getattr(self, name) for name in ("stage", "reason", "n", "growth", "low", "high", "basis")}


@dataclass(frozen=True, slots=True)
class _DayCount:
    at: float
    count: float
    span: float


def lifecycle(days: Iterable[Mapping[str, Any]], *, dates: bool = True) -> Lifecycle:
    """The stage of one topic.

    A topic is rising or fading where the whole 95 % interval of the change per day is above or below 0 (quasi-Poisson
    line over the last 7 days). Where that is not clear, a level clearly below the window's highest is fading, and one
    clearly above the window's start is a peak; steady needs an interval within 10 % a day. A topic of flat Poisson
    counts is called rising or fading at most about once in twenty.

    Args:
        days: Rows of `topic_days` of one topic, in any order.
        dates: Fall back on publishing dates where counts are missing.
    """
    rows = sorted(days, key=lambda row: _ordinal(row["day"]))
    counted = _day_counts(rows)
    if len(counted) >= MIN_COUNTS:
        return _stage(counted, "counts")
    dated = _published_per_day(rows) if dates else []
    posts = int(sum(day.count for day in dated))
    if posts < MIN_PUBLISHED or len(dated) < MIN_COUNTS:
        reason = (
            f"The topic's size is known on {_days_text(rows)}, and {posts} sampled posts have usable dates: sample it"
            f" once a day for {MIN_COUNTS + 1} days or more."
        )
        return Lifecycle("cannot tell", reason, len(counted))
    return _stage(dated, "publishing dates")


def _days_text(rows: Sequence[Mapping[str, Any]]) -> str:
    known = sum(row.get("topic_posts") is not None for row in rows)
    return f"{known} day{'' if known == 1 else 's'}"


def _day_counts(rows: Sequence[Mapping[str, Any]]) -> list[_DayCount]:
    """New posts between two counts, each dated at the middle of the interval."""
    counts = []
    for row in rows:
        added, span = row.get("posts_added"), row.get("count_span_d")
        if added is not None and span is not None:
            end = _instant(row["counted_at"]) / 86_400
            counts.append(_DayCount(end - span / 2, added * span, span))
    return counts


def _published_per_day(rows: Sequence[Mapping[str, Any]]) -> list[_DayCount]:
    """Sampled posts by day of publishing, including days without posts; the partial first and last days are dropped."""
    looked = [_ordinal(row["day"]) for row in rows if row.get("looks") or row.get("sampled")]
    posts = {_ordinal(row["day"]): row.get("posts_published") or 0 for row in rows}
    with_posts = [day for day, count in posts.items() if count]
    if not looked or not with_posts:
        return []
    return [_DayCount(day + 0.5, float(posts.get(day, 0)), 1.0) for day in range(min(with_posts) + 1, max(looked))]


def _stage(days: Sequence[_DayCount], basis: str) -> Lifecycle:
    newest = days[-1].at
    recent = [day for day in days if day.at > newest - RECENT_DAYS]
    line = slope([day.at for day in recent], [day.count for day in recent], [day.span for day in recent])
    if line is None:
        return _stage_without_slope(days, recent, basis)
    stage, why = _stage_from_slope(days, line)
    what = "Posts added per day" if basis == "counts" else "Provisional, from publishing dates of sampled posts: posts"
    interval = f"95 % interval {_percent(line.low)} to {_percent(line.high)}, {len(recent)} days"
    reason = f"{what} changed by {_percent(line.value)} a day ({interval}); {why}."
    growth, low, high = (math.expm1(min(value, 50.0)) for value in (line.value, line.low, line.high))
    return Lifecycle(stage, reason, len(recent), growth, low, high, basis)


def _stage_without_slope(days: Sequence[_DayCount], recent: Sequence[_DayCount], basis: str) -> Lifecycle:
    """Few or no posts were added recently: a topic in use has ended, or there is nothing to judge."""
    before = [day for day in days if day not in recent]
    silent = all(day.count <= 0 for day in recent)
    if silent and before:
        usual = max(0.0, sum(day.count for day in before)) / sum(day.span for day in before)
        missed = usual * sum(day.span for day in recent)
        if missed >= MIN_MISSING:
            reason = f"No posts were added over the last {len(recent)} counts, where {missed:.0f} were expected."
            return Lifecycle("fading", reason, len(recent), basis=basis)
    if _compare_levels(days) == "below its highest":
        reason = f"Over the last {len(recent)} counts it ended, from a clearly higher level before."
        return Lifecycle("fading", reason, len(recent), basis=basis)
    return Lifecycle("cannot tell", f"The last {len(recent)} counts cannot be fitted.", len(recent))


def _stage_from_slope(days: Sequence[_DayCount], line: Slope) -> tuple[Stage, str]:
    if line.low > 0:
        return "rising", "the whole interval is above 0"
    if line.high < 0:
        return "fading", "the whole interval is below 0"
    compared = _compare_levels(days)
    if compared == "below its highest":
        return "fading", "no clear trend now, but a level clearly below the highest of the window"
    if compared == "above its start":
        return "peak", "no clear trend now, but a level clearly above the start of the window"
    if line.low > -STEADY and line.high < STEADY:
        return "steady", "the change is proven to be small"
    return "cannot tell", "the interval includes both growth and decline: more days would narrow it"


def _compare_levels(days: Sequence[_DayCount]) -> str | None:
    """The last three days against every earlier three, and against the first three, corrected for multiple tests."""
    from scipy.stats import t

    blocks = [days[start : start + _LEVEL_DAYS] for start in range(len(days) - _LEVEL_DAYS + 1)]
    if len(days) < 2 * _LEVEL_DAYS + 1:
        return None
    scatter = _scatter(days)
    spans = [sum(day.span for day in block) for block in blocks]
    counts = [max(0.0, sum(day.count for day in block)) for block in blocks]
    levels = [count / span for count, span in zip(counts, spans, strict=True)]
    now, earlier = len(blocks) - 1, range(len(blocks) - _LEVEL_DAYS)
    bound = float(t.ppf(1 - _LEVEL_CHANCE / len(earlier), (len(days) - 2) / 1.5))  # neighbours share their days

    def apart(first: int, second: int) -> float:
        """Distance of two levels in standard errors of their square roots, whose variance is the same at any level."""
        error = 0.5 * math.sqrt(scatter * (1 / spans[first] + 1 / spans[second]))
        return (math.sqrt(levels[first]) - math.sqrt(levels[second])) / error

    highest = max(earlier, key=lambda block: levels[block])
    if levels[now] < _LEVEL_CHANGE * levels[highest] and apart(highest, now) > bound:
        return "below its highest"
    if levels[0] < _LEVEL_CHANGE * levels[now] and apart(now, 0) > bound:
        return "above its start"
    return None


def _scatter(days: Sequence[_DayCount]) -> float:
    """Variance of the counts over their mean, at least 1, from the distance of each day to the line of its neighbours.

    A smooth rise and fall keeps these distances small; a line through the whole window would count it as scatter.
    """
    rates = [max(0.0, day.count) / day.span for day in days]
    ratios = []
    for place in range(1, len(days) - 1):
        three = zip((1.0, 4.0, 1.0), rates[place - 1 : place + 2], days[place - 1 : place + 2], strict=True)
        variance = sum(weight * (rate + 1e-9) / day.span for weight, rate, day in three)
        ratios.append((rates[place - 1] - 2 * rates[place] + rates[place + 1]) ** 2 / variance)
    return max(1.0, sum(ratios) / len(ratios))


def _ordinal(day: date | str) -> int:
    return (date.fromisoformat(day[:10]) if isinstance(day, str) else day).toordinal()


def _instant(value: datetime | str) -> float:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _percent(log_change: float) -> str:
    if log_change > math.log(11):
        return "over +1000 %"
    return f"{100 * math.expm1(log_change):+.0f} %".replace("-", "−")
