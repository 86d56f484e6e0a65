"""What is known: the accounts with posts, and the share of each counter that no source gave."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from dwell.metrics.counters import COUNTERS
from dwell.metrics.newest import last_snapshots, posts_of


def unknown_share(*, handle: str | None = None) -> Table:
    """One row: posts with a snapshot, and the share of them whose newest snapshot lacks each counter."""
    last = last_snapshots(None if handle is None else posts_of(handle), COUNTERS)
    shares = {name: last[name].isnull().cast("float64").mean() for name in COUNTERS}
    return last.agg(posts=last.count(), **shares)


def creators_stored() -> Table:
    """One row per account with stored posts, most posts first."""
    posts = posts_of(None)
    named = posts.filter(posts.handle.notnull())
    accounts = named.group_by("handle").agg(
        posts=named.count(), first_posted_at=named.posted_at.min(), last_posted_at=named.posted_at.max()
    )
    return accounts.order_by(ibis.desc("posts"), ibis.asc("handle"))
