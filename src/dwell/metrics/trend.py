"""A catalogue over time: the posts of each day, week or month, and how they compare with the period before."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import IntegerValue, NumericValue, Table

from dwell.errors import DwellError
from dwell.metrics.counters import COUNTERS, PROXY_RATES
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.instants import seconds
from dwell.metrics.metric_choice import require_metric
from dwell.metrics.metric_values import newest_growth, with_metric
from dwell.metrics.newest import newest
from dwell.metrics.quartiles import CREATOR, quartiles
from dwell.metrics.ratios import with_rates

PERIODS = {"day": "D", "week": "W", "month": "M"}
_DAY = 86_400
_MONDAY = 3  # days from a Monday to 1970-01-01


def trend(
    *,
    metric: str = "engagement_rate",
    handle: str | None = None,
    platform: str | None = None,
    every: str = "week",
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
) -> Table:
    """One row per period (UTC; weeks begin on Monday) in which eligible posts were published.

    The change compares with the calendar period before; null where that has no posts.
    """
    if every not in PERIODS:
        raise DwellError(f"Unknown period {every!r}: choose from {', '.join(PERIODS)}.")
    posts = with_rates(with_excluded(newest(handle, counters=COUNTERS, platform=platform), include, min_age_h))
    rated = posts.filter(posts.excluded.isnull() & posts.posted_at.notnull()).alias("rated_posts")
    grown = newest_growth(rated)
    posts = _with_tier(with_metric(rated, require_metric(metric), grown=grown).alias("valued_posts"))
    posts = posts.left_join(grown, "post_id").drop("post_id_right")
    posts = posts.mutate(period_start=posts.posted_at.truncate(PERIODS[every]).date(), number=_number(posts, every))
    periods = posts.group_by(["period_start", "number"]).agg(
        posts=posts.count(),
        views_median=posts.views.cast("float64").quantile(0.5),
        **{f"{rate}_median": posts[rate].quantile(0.5) for rate in PROXY_RATES},
        top_tier_share=posts.is_top.cast("float64").mean(),
        views_per_hour_median=posts.views_per_hour.quantile(0.5),
        views_per_hour_n=posts.views_per_hour.count(),
        views_per_hour_median_low=posts.views_per_hour_low.quantile(0.5),
        views_per_hour_median_high=posts.views_per_hour_high.quantile(0.5),
        metric_median=posts.metric_value.quantile(0.5),
        metric_n=posts.metric_value.count(),
    )
    return _with_change(periods).order_by("period_start")


def _number(posts: Table, every: str) -> IntegerValue:
    """Periods since 1970, so that neighbours differ by one."""
    if every == "month":
        return (posts.posted_at.year() * 12 + posts.posted_at.month()).cast("int64")
    days = seconds(posts.posted_at) // _DAY
    return days if every == "day" else (days + _MONDAY) // 7


def _with_tier(posts: Table) -> Table:
    """Adds `is_top`: in the creator's best quarter by the metric; null where that is unknown."""
    edges = quartiles(posts)
    joined = posts.left_join(edges, list(CREATOR))
    return joined.select(*(posts[name] for name in posts.columns), is_top=posts.metric_value >= edges.q75)


def _with_change(periods: Table) -> Table:
    in_time = ibis.window(order_by=periods.number)
    follows = periods.number.lag().over(in_time) == periods.number - 1

    def change(median: str) -> NumericValue:
        rise = periods[median] - periods[median].lag().over(in_time)
        return ibis.cases((follows, rise), else_=ibis.null("float64"))

    return periods.select(
        "period_start",
        "posts",
        "views_median",
        *(f"{rate}_median" for rate in PROXY_RATES),
        "top_tier_share",
        engagement_rate_change=change("engagement_rate_median"),
        views_per_hour_median=periods.views_per_hour_median,
        views_per_hour_n=periods.views_per_hour_n,
        views_per_hour_median_low=periods.views_per_hour_median_low,
        views_per_hour_median_high=periods.views_per_hour_median_high,
        metric_median=periods.metric_median,
        metric_n=periods.metric_n,
        metric_change=change("metric_median"),
    )
