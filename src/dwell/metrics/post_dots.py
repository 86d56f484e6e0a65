"""The posts that a strip plot draws: of many, an even sample that anyone can draw again."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import IntegerValue, Table

from dwell.errors import DwellError
from dwell.metrics import buckets
from dwell.metrics.counters import COUNTERS, RATES
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.metric_choice import POST_METRICS
from dwell.metrics.metric_values import with_metric
from dwell.metrics.newest import newest
from dwell.metrics.ratios import with_rates

MAX_DOTS = 1_500
MIN_POSTS_FOR_P90 = 5  # a bucket with fewer has no 90th percentile worth drawing
_VALUES = tuple(dict.fromkeys((*RATES, *POST_METRICS)))
_DETAILS = ("caption", "url")
_SHOWN = ("post_id", *_DETAILS, "posted_at", "duration_s", "bucket", "views", "value")


def post_dots(
    *,
    rate: str = "engagement_rate",
    scheme: str = "proxy",
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
    most: int = MAX_DOTS,
) -> Table:
    """At most `most` eligible posts of known length and rate, highest rate first.

    Where there are more, every k-th of them in the order of bucket, rate and id, those above their bucket's p90 and the
    others apart: the sample has the shape of the whole, and their share, and is the same each time.

    Args:
        rate: A public rate, or another name in `POST_METRICS`.
        scheme: Duration buckets.
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        include: Filters to switch off.
        min_age_h: Hours from publishing to observation below which a post is young.
        most: Maximum number of rows.
    """
    if rate not in _VALUES:
        raise DwellError(f"Unknown rate {rate!r}: choose from {', '.join(_VALUES)}.")
    if not most >= 2:
        raise DwellError(f"The number of dots is a whole number from 2 up, not {most}.")
    posts = newest(handle, counters=COUNTERS, attributes=_DETAILS, platform=platform)
    posts = with_rates(with_excluded(posts, include, min_age_h))
    posts = posts.mutate(bucket=buckets.bucket(posts.duration_s, posts.is_photo, scheme))
    posts = posts.filter(posts.excluded.isnull() & posts.bucket.notnull())
    valued = with_metric(posts.alias("rated_posts"), rate, "value")
    every = _with_edges(valued.filter(valued.value.notnull()).alias("valued_posts"))
    drawn = _sample(every.alias("edged_posts"), scheme, most)
    columns = ("above_p90", "bucket_n", "bucket_median", "bucket_p90", "total", "total_above_p90")
    return drawn.select(*_SHOWN, *columns).order_by(
        ibis.desc("value"), drawn.posted_at.desc(nulls_first=False), ibis.asc("post_id")
    )


def _with_edges(valued: Table) -> Table:
    """Adds the count, median and p90 of the post's bucket, over all its posts, and whether the post is above."""
    edges = valued.group_by("bucket").agg(
        bucket_n=valued.count(), bucket_median=valued.value.quantile(0.5), bucket_p90=valued.value.quantile(0.9)
    )
    joined = valued.inner_join(edges, "bucket")
    above = (joined.bucket_n >= MIN_POSTS_FOR_P90) & (joined.value > joined.bucket_p90)
    return joined.mutate(above_p90=above)


def _sample(every: Table, scheme: str, most: int) -> Table:
    """Every k-th post of those above their p90, and of the others; all where there is room."""
    totals = every.agg(total=every.count(), total_above_p90=every.count(where=every.above_p90))
    counted = every.cross_join(totals)
    # Each of the two kinds is rounded up, which may add one row.
    step = ibis.cases((counted.total <= most, 1), else_=_divide_up(counted.total, ibis.literal(most - 1)))
    order = [buckets.position(counted.bucket, scheme), counted.value, counted.post_id]
    number = ibis.row_number().over(ibis.window(group_by=counted.above_p90, order_by=order))
    numbered = counted.mutate(number=number, step=step)
    return numbered.filter(numbered.number % numbered.step == 0)


def _divide_up(count: IntegerValue, parts: IntegerValue) -> IntegerValue:
    """The quotient, rounded up to a whole number."""
    return (count.cast("float64") / parts.cast("float64")).ceil().cast("int64")
