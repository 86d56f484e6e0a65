"""How many followers an account had when a post of it was observed."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.tables import table

_KEYS = ("platform", "handle", "observed_at")


def followers(posts: Table) -> Table:
    """Followers for each post: the newest count not later than the post's observation, else the earliest after it.

    Counts are numbered per account; a running count over posts and counts in time order gives the number that applied
    when a post was observed. That is one sort; a join on "earlier than" would pair every post with every count.

    Args:
        posts: Rows with post_id, platform, handle, observed_at.

    Returns:
        post_id, followers; only posts whose account has a count.
    """
    snapshots = table("creator_snapshots")
    counted = snapshots.filter(snapshots.followers.notnull())
    in_time = ibis.window(group_by=[counted.platform, counted.handle], order_by=counted.observed_at)
    counts = counted.select(*_KEYS, "followers", place=ibis.row_number().over(in_time)).alias("follower_counts")
    marks = counts.select(*_KEYS, post_id=ibis.null("string"), is_count=ibis.literal(1, "int64"))
    seen = posts.filter(posts.handle.notnull() & posts.observed_at.notnull())
    events = marks.union(seen.select(*_KEYS, "post_id", is_count=ibis.literal(0, "int64")))
    so_far = ibis.window(
        group_by=[events.platform, events.handle],
        order_by=[events.observed_at, events.is_count.desc(), events.post_id],
        preceding=None,
        following=0,
    )
    placed = events.mutate(counts_so_far=events.is_count.nullif(0).count().over(so_far)).filter(
        lambda row: row.post_id.notnull()
    )
    placed = placed.select("post_id", "platform", "handle", place=ibis.greatest(placed.counts_so_far - 1, 0))
    return placed.inner_join(counts, ["platform", "handle", "place"]).select("post_id", "followers").alias("audiences")
