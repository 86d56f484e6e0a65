"""When the posts of an account were read together, so that every post of a time is stored."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.instants import seconds
from dwell.metrics.newest import posts_of
from dwell.metrics.quartiles import CREATOR
from dwell.metrics.tables import table

MIN_LISTED = 5
_HOUR = 3_600


def listings(*, handle: str | None = None, platform: str | None = None) -> Table:
    """One row per account and hour in which at least 5 of its posts were read, oldest first.

    An export and a list of posts give many posts at once; a post that is tracked, or was seen in a topic, comes alone.
    Between the oldest of the posts that were read together and their reading, every post of the account is stored.
    Pinned posts do not count: a list begins with them, whenever they were published.
    """
    posts = posts_of(handle)
    if platform is not None:
        posts = posts.filter(posts.platform == platform)
    is_pinned = ibis.coalesce(posts.is_pinned, ibis.literal(value=False))
    dated = posts.filter(posts.posted_at.notnull() & posts.handle.notnull() & ~is_pinned)
    readings = table("post_snapshots").select("post_id", read_at="observed_at")
    read = dated.select("post_id", *CREATOR, "posted_at").inner_join(readings, "post_id")
    hourly = read.mutate(hour=(seconds(read.read_at) / _HOUR).floor()).group_by([*CREATOR, "hour"])
    found = hourly.agg(
        observed_at=read.read_at.max(), posts=read.post_id.nunique(), first_posted_at=read.posted_at.min()
    )
    found = found.filter(found.posts >= MIN_LISTED)
    return found.order_by("handle", "platform", "observed_at").select(
        "handle", "platform", "observed_at", "posts", "first_posted_at"
    )
