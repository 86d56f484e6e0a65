"""What is usual for videos of one length: median and 90th percentile of each rate per duration bucket."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

from dwell.metrics import buckets, sizes
from dwell.metrics.counters import COUNTERS, RATES
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.followers import followers
from dwell.metrics.metric_choice import require_metric
from dwell.metrics.metric_values import with_metric
from dwell.metrics.newest import newest
from dwell.metrics.ratios import with_rates
from dwell.metrics.tables import table


def benchmarks(
    *,
    scheme: str = "proxy",
    by: str = "bucket",
    metric: str = "engagement_rate",
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
) -> Table:
    """One row per bucket, or per bucket and group; posts of unknown length are in none."""
    grouping = buckets.grouping(by)
    posts = with_rates(with_excluded(newest(handle, counters=COUNTERS, platform=platform), include, min_age_h))
    posts = posts.mutate(bucket=buckets.bucket(posts.duration_s, posts.is_photo, scheme))
    posts = posts.filter(posts.excluded.isnull() & posts.bucket.notnull())
    posts = with_metric(posts.alias("rated_posts"), require_metric(metric))
    keys = ["bucket"]
    if grouping is not None:
        posts = with_group(posts, grouping)
        keys.append("group")
    summary = posts.group_by(keys).agg(n=posts.count(), **_figures(posts))
    order = [buckets.position(summary.bucket, scheme)]
    if grouping == "creator-size":
        order.append(sizes.position(summary["group"]))
    return summary.order_by(*order, *(summary[key] for key in keys))


def _figures(posts: Table) -> dict[str, ibis.expr.types.Value]:
    figures = {}
    for rate in RATES:
        figures[f"{rate}_median"] = posts[rate].quantile(0.5)
        figures[f"{rate}_p90"] = posts[rate].quantile(0.9)
        figures[f"{rate}_n"] = posts[rate].count()
    value = posts.metric_value
    return {
        **figures,
        "views_median": posts.views.cast("float64").quantile(0.5),
        "metric_median": value.quantile(0.5),
        "metric_p90": value.quantile(0.9),
        "metric_n": value.count(),
    }


def with_group(posts: Table, by: str) -> Table:
    """Adds `group`: the niche of the account, or its size when the post was read."""
    if by == "niche":
        creators = table("creators").select("handle", "platform", "niche")
        joined = posts.left_join(creators, ["handle", "platform"]).drop("handle_right", "platform_right")
        return joined.mutate(group=joined.niche.fill_null(sizes.UNKNOWN))
    known = followers(posts)
    joined = posts.left_join(known, "post_id").drop("post_id_right")
    return joined.mutate(group=sizes.size(joined.followers))
