"""When an account posts, and how its posts of each weekday and hour perform."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import IntegerValue, Table

from dwell.metrics import zones
from dwell.metrics.counters import COUNTERS
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.instants import seconds
from dwell.metrics.metric_choice import require_metric
from dwell.metrics.metric_values import with_metric
from dwell.metrics.newest import newest
from dwell.metrics.ratios import with_rates


def posting_times(
    *,
    metric: str = "engagement_rate",
    handle: str | None = None,
    platform: str | None = None,
    tz: str = "UTC",
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
) -> Table:
    """One row per weekday and hour with an eligible post, in the local time of `tz` (an IANA zone).

    A post of which only the day is known has no hour, so it is in no row.
    """
    posts = with_rates(with_excluded(newest(handle, counters=COUNTERS, platform=platform), include, min_age_h))
    posts = posts.filter(posts.excluded.isnull() & posts.posted_at.notnull())
    posts = with_metric(posts.alias("rated_posts"), require_metric(metric))
    posts = posts.mutate(utc=seconds(posts.posted_at), local=local_seconds(seconds(posts.posted_at), tz))
    utc, local = posts.utc.cast("int64"), posts.local.cast("int64")
    posts = posts.filter(~zones.has_no_hour(posts.post_id, posts.platform, utc, local))
    posts = posts.mutate(weekday=zones.weekday(posts.local).cast("int64"), hour=zones.hour(posts.local).cast("int64"))
    cells = posts.group_by(["weekday", "hour"]).agg(
        n=posts.count(),
        engagement_rate_median=posts.engagement_rate.quantile(0.5),
        views_median=posts.views.cast("float64").quantile(0.5),
        metric_median=posts.metric_value.quantile(0.5),
        metric_n=posts.metric_value.count(),
    )
    return cells.order_by("weekday", "hour")


def local_seconds(utc: IntegerValue, tz: str) -> IntegerValue:
    """Seconds since 1970 in the local time of that zone, of those in UTC."""
    *changes, (_, last) = zones.offsets(tz)
    shift = ibis.cases(*((utc < until, offset) for until, offset in changes), else_=last) if changes else last
    return utc + shift
