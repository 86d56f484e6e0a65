"""The value of each post in one of the metrics that posts are compared by, and of how many posts it is known."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

from dwell.metrics.counters import COUNTERS
from dwell.metrics.eligible import MIN_AGE_H, with_excluded
from dwell.metrics.growth import latest_growth, pairs, viewed
from dwell.metrics.growth_note import CUMULATIVE
from dwell.metrics.metric_choice import DEFAULTS, MEASURED, POST_METRICS, require_metric
from dwell.metrics.newest import newest
from dwell.metrics.plausible import avg_watch_implausible, full_watch_implausible
from dwell.metrics.ratios import with_rates
from dwell.metrics.watch_times import newest_watch_time

GROWTH = "views_per_hour"


def metric_counts(
    *,
    metrics: Iterable[str] = DEFAULTS,
    handle: str | None = None,
    platform: str | None = None,
    include: Iterable[str] = (),
    min_age_h: float = MIN_AGE_H,
) -> Table:
    """One row: how many posts are eligible, and of how many of them each metric is known.

    Args:
        metrics: Names in `POST_METRICS`; each becomes a column.
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        include: Filters to switch off.
        min_age_h: Hours from publishing to observation below which a post is young.
    """
    asked = {require_metric(name) for name in metrics}
    names = [name for name in POST_METRICS if name in asked]
    posts = with_rates(with_excluded(newest(handle, counters=COUNTERS, platform=platform), include, min_age_h))
    posts = posts.filter(posts.excluded.isnull()).alias("rated_posts")
    watched = newest_watch_time(posts)
    for name in names:
        posts = with_metric(posts, name, name, watched=watched.view())
    return posts.agg(eligible=posts.count(), **{name: posts[name].count() for name in names})


def with_metric(
    posts: Table,
    metric: str,
    column: str = "metric_value",
    *,
    watched: Table | None = None,
    grown: Table | None = None,
) -> Table:
    """Adds the value of a metric; null where it is not known.

    Args:
        posts: Rows of `newest` with every rate, under an alias where the metric is not one of the rates.
        metric: A rate of the rows, or a name in `POST_METRICS`.
        column: Name of the new column.
        watched: What `newest_watch_time` gave of these posts, in a query that uses it elsewhere too.
        grown: What `newest_growth` gave of them, likewise.
    """
    if metric not in MEASURED and metric != GROWTH:
        return posts if metric == column else posts.mutate(**{column: posts[metric]})
    if metric == GROWTH:
        grown = newest_growth(posts) if grown is None else grown
        joined, value = posts.left_join(grown, posts.post_id == grown.post_id), grown[GROWTH]
    else:
        measured = newest_watch_time(posts) if watched is None else watched
        joined = posts.left_join(measured, posts.post_id == measured.post_id)
        is_full = metric == "full_watch_rate"
        found = measured.full_watch_rate if is_full else measured.avg_watch_s / posts.duration_s.nullif(0)
        wrong = full_watch_implausible(measured) if is_full else avg_watch_implausible(measured, posts)
        value = ibis.cases((wrong, ibis.null("float64")), else_=found)
    return joined.select(*(posts[name] for name in posts.columns), **{column: value})


def newest_growth(posts: Table) -> Table:
    """The latest known growth of each of these posts: post_id, views_per_hour with its range.

    TikTok only: YouTube Studio's figures are those of a period.
    """
    own = viewed().semi_join(posts.filter(posts.platform == CUMULATIVE), "post_id")
    return latest_growth(pairs(own), (GROWTH, f"{GROWTH}_low", f"{GROWTH}_high"))
