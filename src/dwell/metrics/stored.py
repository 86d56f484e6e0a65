"""What is stored, for `dwell status`: the time span, the sources and the accounts."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.newest import posts_of
from dwell.metrics.tables import ROLLUP, is_rolled_up, table
from dwell.metrics.topic_ranking import topic_rows
from dwell.metrics.watch_times import WATCHED


def span(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row: the first and the last instant at which a post was observed."""
    if is_rolled_up():
        posts = table(ROLLUP) if handle is None else posts_of(handle)
        posts = posts if platform is None else posts.filter(posts.platform == platform)
        return posts.agg(first_observed_at=posts.first_observed_at.min(), last_observed_at=posts.observed_at.max())
    snapshots = _snapshots(handle, platform)
    return snapshots.agg(first_observed_at=snapshots.observed_at.min(), last_observed_at=snapshots.observed_at.max())


def sources(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row per source: the number of its snapshots, most first."""
    snapshots = _snapshots(handle, platform)
    counted = snapshots.group_by("source").agg(snapshots=snapshots.count())
    return counted.order_by(ibis.desc("snapshots"), ibis.asc("source"))


def topic_sources(*, kind: str | None = None, topic: str | None = None) -> Table:
    """One row per source of the samples of a topic: the number of its rows, most first."""
    samples, posts = (topic_rows(name, kind, topic).select("source") for name in ("topic_samples", "topic_posts"))
    rows = samples.union(posts).alias("topic_sources")
    counted = rows.group_by("source").agg(rows=rows.count())
    return counted.order_by(ibis.desc("rows"), ibis.asc("source"))


def creators() -> Table:
    """One row per account: how much of it is stored, most posts first; a handle on two platforms is two accounts.

    Snapshots, and posts with a measured watch time, are counted over the account's posts; an account without posts has
    zeros.
    """
    watch = table("watch_times")
    # An owner's file may know only followers and reach of a post: that is no watch time.
    watch = watch.filter(ibis.or_(*(watch[name].notnull() for name in WATCHED)))
    measured = watch.group_by("post_id").agg(watched=watch.count())
    posts = _counted_posts()
    facts = posts.filter(posts.handle.notnull()).left_join(measured, "post_id")
    counted = facts.group_by(["handle", "platform"]).agg(
        posts=facts.count(),
        # As a float, because DuckDB widens a sum of whole numbers to a type that Arrow lacks.
        snapshots=facts.snapshots.fill_null(0).cast("float64").sum().cast("int64"),
        posts_with_watch_time=facts.watched.count(),
        last_observed_at=facts.last_observed_at.max(),
    )
    known = table("creators").select("handle", "platform", "display_name", "niche")
    joined = known.outer_join(counted, ["handle", "platform"])
    rows = joined.select(
        handle=ibis.coalesce(joined.handle, joined.handle_right),
        platform=ibis.coalesce(joined.platform, joined.platform_right),
        display_name=joined.display_name,
        niche=joined.niche,
        posts=joined.posts.fill_null(0),
        snapshots=joined.snapshots.fill_null(0),
        posts_with_watch_time=joined.posts_with_watch_time.fill_null(0),
        last_observed_at=joined.last_observed_at,
    )
    return rows.order_by(ibis.desc("posts"), ibis.asc("handle"), ibis.asc("platform"))


def _counted_posts() -> Table:
    """post_id, handle, platform, `snapshots` and `last_observed_at` of each post; null where it has no snapshot."""
    posts = posts_of(None)
    if is_rolled_up():
        return posts.select("post_id", "handle", "platform", "snapshots", last_observed_at=posts.observed_at)
    snapshots = table("post_snapshots")
    seen = snapshots.group_by("post_id").agg(snapshots=snapshots.count(), last_observed_at=snapshots.observed_at.max())
    return posts.select("post_id", "handle", "platform").left_join(seen, "post_id").drop("post_id_right")


def _snapshots(handle: str | None, platform: str | None) -> Table:
    """The snapshots of the posts of one account or platform, or all."""
    snapshots = table("post_snapshots")
    if handle is None and platform is None:
        return snapshots
    posts = posts_of(handle)
    return snapshots.semi_join(posts if platform is None else posts.filter(posts.platform == platform), "post_id")
