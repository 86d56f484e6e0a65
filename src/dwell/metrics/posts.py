"""Every post with every rate, its percentile in its bucket, and its multiples of the creator's baseline."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import BooleanValue, NumericValue, Table

from dwell.errors import DwellError
from dwell.metrics import buckets
from dwell.metrics.baseline import baseline
from dwell.metrics.counters import COUNTERS, RATES
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.followers import followers
from dwell.metrics.metric_choice import require_metric
from dwell.metrics.metric_values import GROWTH, with_metric
from dwell.metrics.newest import newest
from dwell.metrics.period import has_period, in_period, published
from dwell.metrics.plausible import avg_watch_implausible, flags
from dwell.metrics.ratios import with_rates
from dwell.metrics.tables import table
from dwell.metrics.watch_times import newest_watch_time

_ATTRIBUTES = ("caption", "url", "media_type", "hashtags", "sound_id", "sound_original")
_AS_STORED = (
    *("post_id", "platform", "handle", "caption", "url", "posted_at", "observed_at", "age_h", "duration_s", "bucket"),
    *("media_type", "is_ad", "is_pinned", "hashtags", "sound_id", "sound_original"),
)


def posts(
    *,
    scheme: str = "proxy",
    metric: str = "engagement_rate",
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
    above_p90: bool = False,
    sort: str | None = None,
    limit: int | None = None,
) -> Table:
    """One row per post; posts that are not eligible are kept, with the reason in `excluded`.

    Args:
        scheme: Duration buckets.
        metric: What `percentile` and `above_p90` compare, a name in `POST_METRICS`; `views_per_hour` is a column too.
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        include: Filters to switch off.
        min_age_h: Hours from publishing to observation below which a post is young.
        above_p90: Only posts above the p90 of their bucket.
        sort: Column to sort by, highest first and unknown last; newest first when None, and among equals.
        limit: Number of rows; all when None.

    Raises:
        DwellError: No such filter or column, a negative age, or a limit below 1.
    """
    chosen = _every_post(scheme, require_metric(metric), handle, platform, include, min_age_h)
    if above_p90:
        chosen = chosen.filter(chosen.above_p90)
    order = [chosen.posted_at.desc(nulls_first=False), chosen.post_id.asc()]
    if sort is not None:
        if sort not in chosen.columns:
            raise DwellError(f"Unknown column {sort!r}: choose from {', '.join(chosen.columns)}.")
        others = [key for key, name in zip(order, ("posted_at", "post_id"), strict=True) if name != sort]
        order = [chosen[sort].desc(nulls_first=False), *others]
    ordered = chosen.order_by(*order)
    if limit is None:
        return ordered
    if not limit >= 1:
        raise DwellError(f"The number of posts is a whole number from 1 up, not {limit}.")
    return ordered.limit(limit)


def _every_post(
    scheme: str, metric: str, handle: str | None, platform: str | None, include: Iterable[str], min_age_h: float
) -> Table:
    # What was usual before a post is not a matter of the period: its first posts have posts before them too.
    with published():
        rows = newest(handle, counters=(*COUNTERS, "rounded"), attributes=_ATTRIBUTES, platform=platform)
    rows = with_rates(with_excluded(rows, include, min_age_h))
    rated = rows.mutate(bucket=buckets.bucket(rows.duration_s, rows.is_photo, scheme)).alias("rated_posts")
    usual = baseline(rated)
    if has_period():
        rated = in_period(rated).alias("period_posts")
    measured, audience = newest_watch_time(rated), followers(rated)
    rows = with_metric(rated, metric, watched=measured).alias("valued_posts")
    places, edges, creators = _percentiles(rows), _p90(rows), table("creators")
    joined = (
        rows.left_join(usual, "post_id")
        .left_join(measured, rows.post_id == measured.post_id)
        .left_join(audience, rows.post_id == audience.post_id)
        .left_join(places, rows.post_id == places.post_id)
        .left_join(edges, rows.bucket == edges.bucket)
        .left_join(creators, [rows.handle == creators.handle, rows.platform == creators.platform])
    )
    above = rows.metric_value > edges.metric_p90
    return joined.select(
        *(rows[name] for name in _AS_STORED),
        rows.caption.length().cast("int64").name("caption_length"),
        *(rows[name] for name in (*COUNTERS, "rounded", *RATES)),
        places.percentile,
        ibis.cases((rows.excluded.isnull(), above), else_=ibis.null("boolean")).name("above_p90"),
        (rows.views.cast("float64") / usual.views_baseline.nullif(0)).name("views_multiple"),
        (rows.engagement_rate / usual.engagement_baseline.nullif(0)).name("engagement_multiple"),
        usual.baseline_n,
        audience.followers,
        creators.niche,
        measured.avg_watch_s,
        _unless(avg_watch_implausible(measured, rows), measured.avg_watch_s / rows.duration_s.nullif(0)).name(
            "watch_ratio"
        ),
        measured.full_watch_rate,
        rows.excluded,
        flags(rows, measured).name("implausible"),
        *([rows.metric_value.name(GROWTH)] if metric == GROWTH else []),
    )


def _unless(condition: BooleanValue, value: NumericValue) -> NumericValue:
    return ibis.cases((condition, ibis.null("float64")), else_=value)


def _counted(rows: Table) -> BooleanValue:
    return rows.excluded.isnull() & rows.bucket.notnull() & rows.metric_value.notnull()


def _percentiles(rows: Table) -> Table:
    """Share of the creator's other posts of the bucket with a lower value of the metric; null without other posts."""
    counted = rows.filter(_counted(rows) & rows.handle.notnull())
    group = [counted.platform, counted.handle, counted.bucket]
    rank = ibis.percent_rank().over(ibis.window(group_by=group, order_by=counted.metric_value))
    others = counted.post_id.count().over(ibis.window(group_by=group)) - 1
    known = ibis.cases((others > 0, rank), else_=ibis.null("float64"))
    return counted.select("post_id", percentile=known).alias("percentiles")


def _p90(rows: Table) -> Table:
    """The exact p90 of each bucket, the one that `benchmarks` shows for the same handle and filters."""
    counted = rows.filter(_counted(rows))
    return counted.group_by("bucket").agg(metric_p90=counted.metric_value.quantile(0.9)).alias("bucket_edges")
